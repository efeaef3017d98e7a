/** Whether an answer is the picture that was asked for. A café's sign-in page also answers 200. */
export function isPicture({ status, redirected, headers }: Response): boolean {
  return status === 200 && !redirected && headers.get('Content-Type')?.startsWith('image/') === true;
}
