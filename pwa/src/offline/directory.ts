/** The places and signs of the municipality, as a phone keeps them for when there is no network. */

/** A kind of place, and the codes of its tiles: those shown at once, and those behind “More”. */
export interface Kind {
  readonly name: string;
  readonly first: readonly string[];
  readonly more: readonly string[];
}

export interface Directory {
  readonly kinds: Readonly<Record<string, Kind>>;
  /** By id: name and kind. */
  readonly places: Readonly<Record<string, readonly [name: string, kind: string]>>;
  /** By code: the place's id and the label. */
  readonly signs: Readonly<Record<string, readonly [place: number, label: string]>>;
}

export interface Known {
  readonly place_id: number;
  readonly place: string;
  readonly kind: Kind;
  readonly label: string | null;
}

/** What an address asks for: the code of a sign, read as kindly as the server does, or a place. */
export function wanted(address: string): { readonly code: string | null; readonly place: string | null } {
  const url = new URL(address);
  const [, kind = '', name = ''] = url.pathname.split('/');
  const typed = kind.toLowerCase() === 's' ? decodeURIComponent(name) : url.searchParams.get('code');
  const code = typed?.toUpperCase().replace(/[^0-9A-Z]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return { code: code ?? null, place: kind === 'places' ? name : url.searchParams.get('place') };
}

export function lookUp(directory: Directory, { code, place }: ReturnType<typeof wanted>): Known | undefined {
  const sign = code === null ? undefined : directory.signs[code];
  const id = sign ? sign[0] : code === null ? Number(place ?? NaN) : NaN;
  const found = directory.places[String(id)];
  if (!found) return undefined;
  const [place_name, kind] = found;
  return { place_id: id, place: place_name, kind: directory.kinds[kind] ?? { name: '', first: [], more: [] }, label: sign?.[1] ?? null };
}
