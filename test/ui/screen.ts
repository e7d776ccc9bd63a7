import type { TerminalIo } from '../../src/ui/terminal.ts';

/** A terminal in memory: understands what the progress region writes, and shows the rows that a user would see. */
export function createScreen(columns: number, rows = 24) {
  let cells: string[] = [''];
  let row = 0;
  let cursorHidden = false;
  let resized: () => void = () => {};
  const size = { columns, rows };
  const write = (text: string) => {
    for (const [token] of text.matchAll(/\p{Cc}\[\??[0-9;]*[A-Za-z]|[\s\S]/gu)) {
      if (token === '\n') {
        row++;
        cells[row] ??= '';
      } else if (token === '\r') {
        // The region only goes back to the beginning of a line before it erases from there.
      } else if (token === '\u001b[J') cells = [...cells.slice(0, row), ''];
      else if (token === '\u001b[?25l') cursorHidden = true;
      else if (token === '\u001b[?25h') cursorHidden = false;
      else if (/^\p{Cc}\[\d+A$/u.test(token)) row = Math.max(0, row - Number(token.slice(2, -1)));
      else if (!token.startsWith('\u001b')) cells[row] += token;
    }
    return true;
  };
  const io: TerminalIo = {
    stdout: {
      write,
      get columns() {
        return size.columns;
      },
      get rows() {
        return size.rows;
      },
      on: (_event, listener) => {
        resized = listener;
      },
      off: () => {
        resized = () => {};
      },
    },
    stderr: { write: () => true },
    isTty: true,
    color: true,
    env: { LANG: 'C.UTF-8', TERM: 'xterm' },
  };
  return {
    io,
    rows: () => cells.filter((line, index) => line !== '' || index < cells.length - 1),
    cursorHidden: () => cursorHidden,
    /** As terminals do that reflow: a row that is too long now takes several, and the cursor moves down with it. */
    resize: (columnsNow: number) => {
      size.columns = columnsNow;
      const before = cells;
      cells = before.flatMap((line) => line.match(new RegExp(`.{1,${columnsNow}}`, 'g')) ?? ['']);
      row += cells.length - before.length;
      resized();
    },
  };
}
