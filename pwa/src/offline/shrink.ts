/** Makes photos small while the rest of the form is filled in: upright, without metadata, a twentieth of the bytes. */

const LONG_EDGE_PX = 1280;
const QUALITY = 0.7;
const TYPE = 'image/jpeg';

export interface Picture {
  readonly bytes: ArrayBuffer;
  readonly type: string;
}

const ready = new WeakMap<File, Picture>();
const under_way = new WeakMap<File, Promise<Picture>>();
let queue: Promise<unknown> = Promise.resolve();

/** The small picture, if it is made already. */
export function shrunk(file: File): Picture | undefined {
  return ready.get(file);
}

/** The small picture; the file as it is where no browser code can read it. One at a time: unpacked, each takes 50 MB. */
export function shrink(file: File): Promise<Picture> {
  let picture = under_way.get(file);
  if (!picture) {
    picture = queue.then(() => draw(file)).catch(() => original(file));
    queue = picture.catch(() => undefined);
    under_way.set(file, picture);
    void picture.then((made) => ready.set(file, made)).catch(() => undefined);
  }
  return picture;
}

export async function original(file: File): Promise<Picture> {
  return { bytes: await file.arrayBuffer(), type: file.type || 'application/octet-stream' };
}

async function draw(file: File): Promise<Picture> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(LONG_EDGE_PX / Math.max(bitmap.width, bitmap.height), 1);
  const width = Math.max(Math.round(bitmap.width * scale), 1);
  const height = Math.max(Math.round(bitmap.height * scale), 1);
  const blob = await encode(width, height, (context) => {
    // JPEG has no transparency and would show black.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0, width, height);
  });
  bitmap.close();
  // An encoder that does not know the type falls back to another in silence.
  if (blob?.type !== TYPE) throw new Error('no JPEG');
  return { bytes: await blob.arrayBuffer(), type: TYPE };
}

type Draw = (context: OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D) => void;

async function encode(width: number, height: number, paint: Draw): Promise<Blob | null> {
  if ('OffscreenCanvas' in window) {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d');
    if (!context) return null;
    paint(context);
    return canvas.convertToBlob({ type: TYPE, quality: QUALITY });
  }
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return null;
  paint(context);
  return new Promise((resolve) => {
    canvas.toBlob(resolve, TYPE, QUALITY);
  });
}
