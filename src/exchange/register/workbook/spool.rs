//! The text of a sheet as it is made, cell by cell. A gap of rows is as many blank lines, so that rows keep their numbers.

use super::super::RegisterError;
use super::super::layout::{TALLEST, WIDEST};
use super::bad;

/// Bytes of text made of a workbook's sheets, together: some 250,000 contracts.
const LARGEST: usize = 128 * 1024 * 1024;

/// Cells of a workbook's sheets, together, the blank ones before a filled one with them: a row of one cell at the right end
/// of a sheet is 16,384.
const MOST_CELLS: usize = 20_000_000;

/// What was made of a workbook's sheets so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spent {
    bytes: usize,
    cells: usize,
}

/// A sheet being made.
#[derive(Default)]
pub(super) struct Spool {
    text: Vec<u8>,
    row: u32,
    /// Cells written of the row.
    cells: usize,
    spent: Spent,
}

impl Spool {
    /// The next sheet of a workbook.
    pub(super) fn after(spent: Spent) -> Self {
        Self {
            spent,
            ..Self::default()
        }
    }

    /// Writes a cell, which must not be above or left of the one before. Rows and columns from 0.
    pub(super) fn put(&mut self, row: u32, column: usize, cell: &str) -> Result<(), RegisterError> {
        if cell.is_empty() {
            return Ok(());
        }
        if row >= TALLEST {
            let bound = "it has a cell below row 1,048,576, the last of a spreadsheet";
            return Err(RegisterError::WorkbookTooLarge { bound });
        }
        if column >= WIDEST {
            let bound = "it has a cell right of column 16,384, the last of a spreadsheet";
            return Err(RegisterError::WorkbookTooLarge { bound });
        }
        if row < self.row || (row == self.row && column < self.cells) {
            return Err(bad("its cells are not in their order"));
        }
        let gap = (row - self.row) as usize;
        let before = self.text.len();
        if self.spent.bytes + gap + column + cell.len() > LARGEST {
            let bound = "its sheets have more than 128 MB of text";
            return Err(RegisterError::WorkbookTooLarge { bound });
        }
        if gap > 0 {
            self.text.resize(before + gap, b'\n');
            (self.row, self.cells) = (row, 0);
        }
        self.spent.cells += column + 1 - self.cells;
        if self.spent.cells > MOST_CELLS {
            let bound = "its sheets have more than 20,000,000 cells, counted from the left to the last filled one of each row";
            return Err(RegisterError::WorkbookTooLarge { bound });
        }
        // The first cell of a row has no comma before it.
        let commas = column + 1 - self.cells.max(1);
        self.text.resize(self.text.len() + commas, b',');
        self.cells = column + 1;
        self.quoted(cell);
        self.spent.bytes += self.text.len() - before;
        Ok(())
    }

    /// What was made of the workbook, this sheet with it.
    pub(super) fn spent(&self) -> Spent {
        self.spent
    }

    fn quoted(&mut self, cell: &str) {
        if !cell.contains([',', '"', '\r', '\n']) {
            self.text.extend_from_slice(cell.as_bytes());
            return;
        }
        self.text.push(b'"');
        for (place, part) in cell.split('"').enumerate() {
            if place > 0 {
                self.text.extend_from_slice(b"\"\"");
            }
            self.text.extend_from_slice(part.as_bytes());
        }
        self.text.push(b'"');
    }

    pub(super) fn into_text(mut self) -> Vec<u8> {
        self.text.push(b'\n');
        self.text
    }
}

/// A number in its shortest form.
pub(super) fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cells: &[(u32, usize, &str)]) -> String {
        let mut spool = Spool::default();
        for (row, column, cell) in cells {
            spool.put(*row, *column, cell).unwrap();
        }
        String::from_utf8(spool.into_text()).unwrap()
    }

    #[test]
    fn rows_and_columns_keep_their_places() {
        assert_eq!(
            text(&[(0, 0, "a"), (0, 1, "b"), (2, 2, "c"), (3, 0, "d"), (3, 3, "e")]),
            "a,b\n\n,,c\nd,,,e\n"
        );
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(
            text(&[(0, 0, "a,\"b\""), (0, 1, "c\nd")]),
            "\"a,\"\"b\"\"\",\"c\nd\"\n"
        );
    }

    #[test]
    fn cells_out_of_order_or_out_of_the_sheet_are_refused() {
        let mut spool = Spool::default();
        spool.put(3, 3, "x").unwrap();
        for (row, column) in [(2, 9), (3, 3), (3, 1), (TALLEST, 0), (4, WIDEST)] {
            assert!(spool.put(row, column, "x").is_err(), "{row} {column}");
        }
    }

    #[test]
    fn numbers_are_in_their_shortest_form() {
        assert_eq!(
            [0.1 + 0.2, 48000.0, -0.0, 46786.95, 1e21].map(number)[1..4],
            ["48000", "0", "46786.95"]
        );
        assert_eq!(number(1e21), "1000000000000000000000");
    }
}
