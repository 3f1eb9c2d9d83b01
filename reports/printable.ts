/** Text of a design's own, made fit for a file or a terminal: no character that some reader can not hold, or obeys. */

/** Control characters but for the end of a line and the tabulator, halves of characters, and what is none. */
const BAD = /[^\P{Cc}\n\t]|[\p{Cs}\ufffe\uffff]/gu;

export const printable = (text: string): string => text.replaceAll(BAD, '\ufffd');

/** The same on one line. */
export const onOneLine = (text: string): string => printable(text).replaceAll(/\s+/g, ' ').trim();
