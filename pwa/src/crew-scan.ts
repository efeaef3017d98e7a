/** Reads QR codes where the browser has no reader of its own (Safari, Firefox). Loaded when the camera is opened. */
import { decodeQR } from 'qr/decode.js';

/** The text of the code in a picture; null where there is none that can be read. */
export function readPicture({ width, height, data }: ImageData): string | null {
  try {
    return decodeQR({ width, height, data });
  } catch {
    // The reader throws for every picture without a code.
    return null;
  }
}
