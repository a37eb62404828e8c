//! Rows under upper-case headings, aligned by spaces alone: easy to read, easy to cut.
//!
//! Never wraps and never draws lines, so that the same rows are the same text on any terminal.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table as Grid};

use super::text::plain;

/// A table that grows row by row; `to_string` gives its text.
#[derive(Debug)]
pub struct Table {
    grid: Grid,
}

impl Table {
    /// Headings are given as people say them (`state`) and shown in capitals.
    #[must_use]
    pub fn new<H: AsRef<str>>(headings: &[H]) -> Self {
        let mut grid = Grid::new();
        grid.load_style(NOTHING);
        grid.set_header(headings.iter().map(|heading| plain(heading.as_ref()).to_uppercase()));
        for column in grid.column_iter_mut() {
            column.set_padding((0, 3));
        }
        Self { grid }
    }

    /// Adds a row. An empty cell is shown as `-`, so that columns can be counted.
    pub fn row<C: AsRef<str>>(&mut self, cells: &[C]) -> &mut Self {
        self.grid.add_row(cells.iter().map(|cell| match cell.as_ref() {
            "" => "-".to_owned(),
            text => plain(text).into_owned(),
        }));
        self
    }

    /// Numbers read best when their last digits stand under each other.
    pub fn align_right(&mut self, column_index: usize) -> &mut Self {
        if let Some(column) = self.grid.column_mut(column_index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        self
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for line in self.grid.lines() {
            writeln!(formatter, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn columns_align_and_nothing_is_drawn() {
        let mut table = Table::new(&["name", "state", "rows"]);
        table.row(&["kafka", "ready", "7"]).row(&["cassandra", "", "1200"]).align_right(2);
        let expected = "\
NAME        STATE   ROWS
kafka       ready      7
cassandra   -       1200
";
        assert_eq!(table.to_string(), expected);
    }

    #[test]
    fn a_cell_stays_on_its_row_and_wide_letters_count_twice() {
        let mut table = Table::new(&["country", "n"]);
        table.row(&["日本\n", "1"]).row(&["Peru", "2"]);
        assert_eq!(table.to_string(), "COUNTRY   N\n日本\\n    1\nPeru      2\n");
    }
}
