/** The camera as a reader of QR codes: the browser's own where there is one, else ours. */
import { loadScan } from '../assets.ts';

interface Detector {
  readonly detect: (source: HTMLVideoElement) => Promise<readonly { readonly rawValue: string }[]>;
}
interface DetectorMaker {
  new (options: { formats: string[] }): Detector;
  readonly getSupportedFormats: () => Promise<readonly string[]>;
}
type Look = (video: HTMLVideoElement) => Promise<string | null>;

const EVERY_MS = 200;
/** A code that fills a third of the picture is read at this width; more only takes longer. */
const WIDTH_PX = 640;

async function ownReader(): Promise<Look | null> {
  const { BarcodeDetector } = window as { BarcodeDetector?: DetectorMaker };
  if (!BarcodeDetector || !(await BarcodeDetector.getSupportedFormats()).includes('qr_code')) return null;
  const detector = new BarcodeDetector({ formats: ['qr_code'] });
  return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
}

async function ourReader(): Promise<Look> {
  const { readPicture } = await loadScan();
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return (video) => {
    canvas.width = Math.min(WIDTH_PX, video.videoWidth);
    canvas.height = Math.round((video.videoHeight / video.videoWidth) * canvas.width);
    if (!context || !canvas.width || !canvas.height) return Promise.resolve(null);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    return Promise.resolve(readPicture(context.getImageData(0, 0, canvas.width, canvas.height)));
  };
}

/** Shows the camera in a video and calls back with each text it reads, until it is stopped. Rejects without a camera. */
export async function startReading(video: HTMLVideoElement, onRead: (text: string) => void): Promise<() => void> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  const stop = (): void => {
    clearTimeout(timer);
    for (const track of stream.getTracks()) track.stop();
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const look = (await ownReader()) ?? (await ourReader());
    video.srcObject = stream;
    await video.play();
    const next = async (): Promise<void> => {
      const text = await look(video).catch(() => null);
      if (text) onRead(text);
      timer = setTimeout(() => void next(), EVERY_MS);
    };
    void next();
  } catch (error) {
    stop();
    throw error;
  }
  return stop;
}
