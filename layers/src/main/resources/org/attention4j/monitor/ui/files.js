// Files that the reader takes along.

/** Gives the reader a file. */
export function save(name, blob) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name.replace(/[^\p{L}\p{N}._-]+/gu, "_");
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

const quoted = (field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

/** Lines of texts and numbers as RFC 4180 has it; null is empty. */
export function csv(lines) {
  return lines.map((line) => line.map((field) => quoted(field === null ? "" : String(field))).join(",") + "\r\n").join("");
}
