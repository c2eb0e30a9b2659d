/** The records of delimited text (RFC 4180: fields in double quotes may hold delimiters, line ends, and quotes doubled); at most `most`. */
export function splitFields(text: string, delimiter: string, most = Infinity): string[][] {
  const records: string[][] = [];
  let fields: string[] = [];
  let at = 0;
  while (at < text.length && records.length < most) {
    const { field, next } = text[at] === '"' ? quoted(text, at, delimiter) : bare(text, at, delimiter);
    fields.push(field);
    at = next;
    if (text[at] === delimiter) {
      at++;
      if (at < text.length) continue;
      fields.push('');
    }
    records.push(fields);
    fields = [];
    at += text.startsWith('\r\n', at) ? 2 : 1;
  }
  return records;
}

function bare(text: string, start: number, delimiter: string): { field: string; next: number } {
  let next = start;
  while (next < text.length && text[next] !== delimiter && text[next] !== '\n' && text[next] !== '\r') next++;
  return { field: text.slice(start, next), next };
}

function quoted(text: string, start: number, delimiter: string): { field: string; next: number } {
  let field = '';
  for (let at = start + 1; ; at += 2) {
    const end = text.indexOf('"', at);
    if (end < 0) return bare(text, start, delimiter);
    field += text.slice(at, end);
    if (text[end + 1] !== '"') {
      // What follows a closing quote without a delimiter belongs to the field.
      const rest = bare(text, end + 1, delimiter);
      return { field: field + rest.field.trimEnd(), next: rest.next };
    }
    field += '"';
    at = end;
  }
}
