/** Lines of words. */

/** Text broken at its spaces, each line after `indent`. */
export function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of text.split(/\s+/)) {
    if (line !== '' && indent.length + line.length + 1 + part.length > width) {
      lines.push(indent + line);
      line = part;
    } else line = line === '' ? part : `${line} ${part}`;
  }
  return [...lines, indent + line];
}
