/** The content of a canvas as PNG. */
export async function encodeCanvas(canvas: HTMLCanvasElement): Promise<Uint8Array> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error('The picture could not be encoded.');
  return new Uint8Array(await blob.arrayBuffer());
}
