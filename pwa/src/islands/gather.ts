interface Point {
  readonly x: number;
  readonly y: number;
}

/** Points that would lie upon each other on a map, as indexes: the first of each group is where its mark stands. */
export function gather(points: readonly Point[], size: number): number[][] {
  const groups: { readonly at: Point; readonly indexes: number[] }[] = [];
  points.forEach((point, index) => {
    const near = groups.find(({ at }) => Math.abs(at.x - point.x) < size && Math.abs(at.y - point.y) < size);
    if (near) near.indexes.push(index);
    else groups.push({ at: point, indexes: [index] });
  });
  return groups.map(({ indexes }) => indexes);
}
