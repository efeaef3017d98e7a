import type { Island } from '../islands.ts';
import { shrink } from '../offline/shrink.ts';

const THUMBNAIL_PX = 288;

export interface Admission<Photo> {
  readonly photos: readonly Photo[];
  readonly refused: number;
}

/** Adds photos to those already chosen, as far as there is room. */
export function admit<Photo>(chosen: readonly Photo[], added: readonly Photo[], room: number): Admission<Photo> {
  const photos = [...chosen, ...added].slice(0, Math.max(room, 0));
  return { photos, refused: chosen.length + added.length - photos.length };
}

function element<Name extends keyof HTMLElementTagNameMap>(name: Name, className: string): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.className = className;
  return made;
}

function button(text: string, name: string): HTMLButtonElement {
  const made = element('button', 'ds-button');
  made.type = 'button';
  made.dataset['variant'] = 'tertiary';
  made.textContent = text;
  made.ariaLabel = name;
  return made;
}

/**
 * Drawn on a canvas: an image element would need blob: addresses in the page's content security policy. It stands there
 * before it is drawn, lest the buttons below move away under a finger.
 */
function thumbnail(photo: File): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.role = 'img';
  canvas.ariaLabel = photo.name;
  // Some formats that the server reads no browser can draw; the name has to do.
  draw(photo, canvas).catch(() => {
    const name = element('p', 'photo-name');
    name.textContent = photo.name;
    canvas.replaceWith(name);
  });
  return canvas;
}

async function draw(photo: File, canvas: HTMLCanvasElement): Promise<void> {
  const { bytes, type } = await shrink(photo);
  const bitmap = await createImageBitmap(new Blob([bytes], { type }));
  const scale = THUMBNAIL_PX / Math.min(bitmap.width, bitmap.height);
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
}

export const photoPicker: Island = (root) => {
  const input = root.querySelector<HTMLInputElement>('input[type="file"]');
  if (!input || !('createImageBitmap' in window) || !('DataTransfer' in window)) return;
  const { max = '3', remove = '', refused = '', removed = '', undo = '' } = root.dataset;

  const list = element('ul', 'photos');
  const message = element('p', '');
  message.setAttribute('role', 'status');
  input.after(message, list);

  let photos: readonly File[] = [];
  const rows = new Map<File, HTMLLIElement>();
  const room = (): number =>
    Number(max) -
    root.querySelectorAll('input[name="kept_photo"]').length +
    root.querySelectorAll('input[name="drop_photo"]:checked').length;

  const choose = (chosen: readonly File[], added: readonly File[]): void => {
    const admission = admit(input.multiple ? chosen : [], added, room());
    photos = admission.photos;
    const transfer = new DataTransfer();
    for (const photo of photos) transfer.items.add(photo);
    input.files = transfer.files;
    message.textContent = admission.refused > 0 ? refused : '';
    message.classList.toggle('ds-validation-message', admission.refused > 0);
    list.replaceChildren(...photos.map(row));
  };

  const row = (photo: File): HTMLLIElement => {
    const known = rows.get(photo);
    if (known) return known;
    const item = document.createElement('li');
    rows.set(photo, item);
    const away = button(remove, `${remove}: ${photo.name}`);
    away.addEventListener('click', () => {
      const before = photos;
      choose(photos.filter((other) => other !== photo), []);
      if (!undo) {
        input.focus();
        return;
      }
      const back = button(undo, `${undo}: ${photo.name}`);
      back.addEventListener('click', () => {
        choose([...before, ...photos.filter((other) => !before.includes(other))], []);
        away.focus();
      });
      message.append(`${removed} `, back);
      back.focus();
    });
    item.append(thumbnail(photo), away);
    return item;
  };

  input.addEventListener('change', () => {
    choose(photos, [...(input.files ?? [])]);
  });
  // This script may come later than the first choice.
  if (input.files?.length) choose([], [...input.files]);
  input.form?.addEventListener('reset', () => {
    choose([], []);
  });
};
