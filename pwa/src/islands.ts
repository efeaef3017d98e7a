/** A script for one part of a page. It leaves the part as it is where the browser lacks what it needs. */
export type Island = (root: HTMLElement) => void;

export function startIslands(islands: Readonly<Record<string, Island>>): void {
  for (const root of document.querySelectorAll<HTMLElement>('[data-island]')) {
    for (const name of (root.dataset['island'] ?? '').split(' ')) islands[name]?.(root);
  }
}
