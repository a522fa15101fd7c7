//! A drawn screen as a picture: SVG, whose text can be searched and which GitHub shows as it is.
//!
//! Each run of cells of one style is one `<text>`, stretched to its cells, so that columns stand
//! whatever font there is. Rows are as high as the glyphs of common monospaced fonts, so that the
//! lines of frames join.

use std::fmt::Write;

use ratatui::{
    buffer::Buffer,
    style::{Color, Modifier, Style},
};
use unicode_width::UnicodeWidthStr;

use super::{
    colour,
    theme::{Role, Theme},
};

/// A cell, in pixels. The font's size gives glyphs of this width, and rows of 1.13 em.
const WIDTH: usize = 9;
const HEIGHT: usize = 17;
const FONT: usize = 15;
/// From a row's top to the line its letters stand on.
const BASE: usize = 13;
/// Around the screen.
const MARGIN: usize = 12;

/// What stands for the terminal's own colours where a theme leaves them open.
const OWN_TEXT: (u8, u8, u8) = (0xd6, 0xdd, 0xe6);
const OWN_GROUND: (u8, u8, u8) = (0x11, 0x15, 0x1c);

/// The picture of `buffer`, as `theme` drew it; `title` says what it shows to those who cannot see it.
pub fn picture(buffer: &Buffer, theme: &Theme, title: &str) -> String {
    let (columns, rows) = (usize::from(buffer.area.width), usize::from(buffer.area.height));
    let (width, height) = (columns * WIDTH + 2 * MARGIN, rows * HEIGHT + 2 * MARGIN);
    let ground = Ground::of(theme);
    let title = escaped(title);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">\n\
         <title>{title}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{}\"/>\n\
         <g font-family=\"DejaVu Sans Mono,Menlo,Consolas,Liberation Mono,monospace\" font-size=\"{FONT}\" style=\"white-space:pre\">\n",
        hex(ground.back)
    );
    for row in 0..rows {
        for run in runs(buffer, row, &ground) {
            run.write(&mut svg, row, &ground);
        }
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// The colours of a terminal.
struct Ground {
    text: (u8, u8, u8),
    back: (u8, u8, u8),
}

impl Ground {
    fn of(theme: &Theme) -> Self {
        let style = theme.style(Role::Text);
        Self { text: style.fg.and_then(colour::rgb).unwrap_or(OWN_TEXT), back: style.bg.and_then(colour::rgb).unwrap_or(OWN_GROUND) }
    }
}

/// How a run looks, with everything settled.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Look {
    text: (u8, u8, u8),
    back: (u8, u8, u8),
    modifiers: Modifier,
}

impl Look {
    fn of(style: Style, ground: &Ground) -> Self {
        let settled = |color: Option<Color>, own| color.and_then(colour::rgb).unwrap_or(own);
        let (text, back) = (settled(style.fg, ground.text), settled(style.bg, ground.back));
        let modifiers = style.add_modifier;
        let (text, back) = if modifiers.contains(Modifier::REVERSED) { (back, text) } else { (text, back) };
        Self { text, back, modifiers: modifiers - Modifier::REVERSED }
    }
}

/// Neighbouring cells that look alike.
struct Run {
    column: usize,
    cells: usize,
    text: String,
    look: Look,
}

fn runs(buffer: &Buffer, row: usize, ground: &Ground) -> Vec<Run> {
    let width = usize::from(buffer.area.width);
    let cells = buffer.content.get(row * width..(row + 1) * width).unwrap_or_default();
    let mut runs: Vec<Run> = Vec::new();
    let mut column = 0;
    while let Some(cell) = cells.get(column) {
        let wide = cell.symbol().width().max(1);
        let look = Look::of(cell.style(), ground);
        match runs.last_mut() {
            Some(run) if run.look == look => {
                run.text.push_str(cell.symbol());
                run.cells += wide;
            }
            _ => runs.push(Run { column, cells: wide, text: cell.symbol().to_owned(), look }),
        }
        column += wide;
    }
    runs
}

impl Run {
    fn write(&self, svg: &mut String, row: usize, ground: &Ground) {
        let (x, y) = (MARGIN + self.column * WIDTH, MARGIN + row * HEIGHT);
        // Writing to a `String` cannot fail.
        if self.look.back != ground.back {
            let (width, fill) = (self.cells * WIDTH, hex(self.look.back));
            let _ = writeln!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HEIGHT}\" fill=\"{fill}\"/>");
        }
        // Blanks at the ends need no text: what remains is where it was.
        let text = self.text.trim_end_matches(' ');
        let lead = text.len() - text.trim_start_matches(' ').len();
        let text = text.trim_start_matches(' ');
        if text.is_empty() {
            return;
        }
        let modifiers = self.look.modifiers;
        let mut style = String::new();
        for (modifier, attribute) in [
            (Modifier::BOLD, " font-weight=\"bold\""),
            (Modifier::DIM, " opacity=\"0.65\""),
            (Modifier::ITALIC, " font-style=\"italic\""),
            (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        ] {
            if modifiers.contains(modifier) {
                style.push_str(attribute);
            }
        }
        let (x, y, length, fill) = (x + lead * WIDTH, y + BASE, text.width() * WIDTH, hex(self.look.text));
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{y}\" textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{fill}\"{style}>{}</text>",
            escaped(text)
        );
    }
}

fn hex((r, g, b): (u8, u8, u8)) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::{super::theme::Themes, *};

    fn drawn(paint: impl FnOnce(&mut Buffer)) -> Vec<String> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 2));
        paint(&mut buffer);
        let svg = picture(&buffer, &Themes::default().load("dark").unwrap(), "a <test>");
        svg.lines().filter(|line| line.starts_with("<text") || (line.starts_with("<rect x"))).map(str::to_owned).collect()
    }

    #[test]
    fn neighbours_of_one_style_are_one_text() {
        let lines = drawn(|buffer| {
            buffer.set_string(1, 0, "a b<", Style::new());
            buffer.set_string(5, 0, "hot", Style::new().fg(Color::Red).add_modifier(Modifier::BOLD));
        });
        assert_eq!(
            lines,
            [
                "<text x=\"21\" y=\"25\" textLength=\"36\" lengthAdjust=\"spacingAndGlyphs\" fill=\"#d6dde6\">a b&lt;</text>",
                "<text x=\"57\" y=\"25\" textLength=\"27\" lengthAdjust=\"spacingAndGlyphs\" fill=\"#cd3131\" font-weight=\"bold\">hot</text>",
            ]
        );
    }

    #[test]
    fn reversed_cells_have_a_ground_and_wide_ones_two_cells() {
        let lines = drawn(|buffer| {
            buffer.set_string(0, 1, "関x", Style::new().add_modifier(Modifier::REVERSED));
        });
        assert_eq!(
            lines,
            [
                "<rect x=\"12\" y=\"29\" width=\"27\" height=\"17\" fill=\"#d6dde6\"/>",
                "<text x=\"12\" y=\"42\" textLength=\"27\" lengthAdjust=\"spacingAndGlyphs\" fill=\"#11151c\">関x</text>",
            ]
        );
    }
}
