//! Text that is read: headings, paragraphs, fields and code, wrapped to the width and scrolled.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::ui::{
    binding::Action,
    paint::put_right,
    screen::Cx,
    theme::Role,
    width::{Cut, fit, head, width, wrap},
};

/// Text being put together for a width.
pub(crate) struct Prose<'c> {
    cx: &'c Cx<'c>,
    room: usize,
    lines: Vec<Line<'static>>,
}

impl<'c> Prose<'c> {
    /// Nothing yet, for lines of `room` columns.
    pub(crate) fn new(cx: &'c Cx<'c>, room: u16) -> Self {
        Self { cx, room: usize::from(room), lines: Vec::new() }
    }

    fn style(&self, role: Role) -> Style {
        self.cx.style(role)
    }

    /// An empty line, unless it would be the first.
    pub(crate) fn gap(&mut self) {
        if !self.lines.is_empty() {
            self.lines.push(Line::default());
        }
    }

    /// A title with a line to the right edge.
    pub(crate) fn heading(&mut self, title: &str) {
        if self.lines.is_empty() {
            // The frame is line enough.
            self.text(title, Role::Title);
            return;
        }
        self.gap();
        let rule = self.cx.glyphs.rule();
        let title = fit(title, self.room.saturating_sub(4), Cut::End, self.cx.glyphs.ellipsis()).into_owned();
        let rest = self.room.saturating_sub(width(&title) + 3);
        self.lines.push(Line::from(vec![
            Span::styled(format!("{rule} "), self.style(Role::Border)),
            Span::styled(title, self.style(Role::Title)),
            Span::styled(format!(" {}", rule.repeat(rest)), self.style(Role::Border)),
        ]));
    }

    /// A paragraph.
    pub(crate) fn text(&mut self, text: &str, role: Role) {
        let style = self.style(role);
        let room = self.room.saturating_sub(1);
        self.lines.extend(wrap(text, room).into_iter().map(|line| Line::from(Span::styled(format!(" {line}"), style))));
    }

    /// A sign and a paragraph that hangs behind it.
    pub(crate) fn item(&mut self, sign: &str, sign_role: Role, text: &str, role: Role) {
        let hang = width(sign) + 2;
        let (sign_style, style) = (self.style(sign_role), self.style(role));
        for (index, line) in wrap(text, self.room.saturating_sub(hang)).into_iter().enumerate() {
            let lead = if index == 0 { format!(" {sign} ") } else { " ".repeat(hang) };
            self.lines.push(Line::from(vec![Span::styled(lead, sign_style), Span::styled(line, style)]));
        }
    }

    /// A label and its value, the values below each other.
    pub(crate) fn field(&mut self, label: &str, value: &str, role: Role) {
        self.pair(label, 12, value, role);
    }

    /// A label of `labels` columns and its value, the values below each other.
    pub(crate) fn pair(&mut self, label: &str, labels: usize, value: &str, role: Role) {
        let dim = self.style(Role::Dim);
        let style = self.style(role);
        let label = fit(label, labels - 1, Cut::Middle, self.cx.glyphs.ellipsis()).into_owned();
        let lead = format!(" {label}{}", " ".repeat(labels.saturating_sub(width(&label))));
        for (index, line) in wrap(value, self.room.saturating_sub(labels + 1)).into_iter().enumerate() {
            let lead = if index == 0 { lead.clone() } else { " ".repeat(labels + 1) };
            self.lines.push(Line::from(vec![Span::styled(lead, dim), Span::styled(line, style)]));
        }
    }

    /// JSON with the numbers of its lines, beginning at `first`; none when it is 0.
    pub(crate) fn json(&mut self, text: &str, first: u32) {
        let (dim, key, plain) = (self.style(Role::Dim), self.style(Role::Accent), self.style(Role::Text));
        let gutter = self.cx.glyphs.gutter();
        for (index, line) in (0u32..).zip(text.lines()) {
            let number = if first == 0 { String::new() } else { (first.saturating_add(index)).to_string() };
            let lead = if first == 0 { format!(" {gutter} ") } else { format!("{number:>4} {gutter} ") };
            let hang = " ".repeat(width(&lead).saturating_sub(2));
            for (part, piece) in pieces(line, self.room.saturating_sub(width(&lead))).into_iter().enumerate() {
                let lead = if part == 0 { lead.clone() } else { format!("{hang}{gutter} ") };
                let mut spans = vec![Span::styled(lead, dim)];
                // A key is what stands in quotes before a colon.
                match piece.split_once("\": ") {
                    Some((name, value)) if part == 0 && name.trim_start().starts_with('"') => {
                        spans.push(Span::styled(format!("{name}\""), key));
                        spans.push(Span::styled(format!(": {value}"), plain));
                    }
                    _ => spans.push(Span::styled(piece.to_owned(), plain)),
                }
                self.lines.push(Line::from(spans));
            }
        }
    }

    /// A command, with its other lines indented.
    pub(crate) fn command(&mut self, command: &str) {
        let comment = command.starts_with('#');
        let (prompt, role) = if comment { ("#", Role::Dim) } else { ("$", Role::Text) };
        self.item(prompt, Role::Accent, command.trim_start_matches(['#', ' ']), role);
    }

    /// A line made of pieces.
    pub(crate) fn spans(&mut self, spans: Vec<Span<'static>>) {
        self.lines.push(Line::from(spans));
    }

    /// The lines.
    pub(crate) fn lines(self) -> Vec<Line<'static>> {
        self.lines
    }
}

/// Code breaks where the line ends, so that what is copied from it by eye is what it says.
fn pieces(line: &str, room: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = line;
    loop {
        let piece = head(rest, room);
        if piece.len() == rest.len() || piece.is_empty() {
            pieces.push(piece);
            return pieces;
        }
        pieces.push(piece);
        rest = rest.get(piece.len()..).unwrap_or_default();
    }
}

/// How far a text is scrolled.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Scroll {
    top: usize,
    page: usize,
    lines: usize,
}

impl Scroll {
    /// Scrolls; says whether it knows the action.
    pub(crate) fn act(&mut self, action: Action) -> bool {
        let page = self.page.max(1);
        let most = self.lines.saturating_sub(page);
        self.top = match action {
            Action::Down => self.top.saturating_add(1),
            Action::Up => self.top.saturating_sub(1),
            Action::Top => 0,
            Action::Bottom => most,
            Action::HalfDown => self.top.saturating_add(page.div_ceil(2)),
            Action::HalfUp => self.top.saturating_sub(page.div_ceil(2)),
            Action::PageDown => self.top.saturating_add(page),
            Action::PageUp => self.top.saturating_sub(page),
            _ => return false,
        }
        .min(most);
        true
    }

    /// Back to the beginning.
    pub(crate) fn reset(&mut self) {
        self.top = 0;
    }

    /// Scrolls so that `line` is in sight.
    pub(crate) fn show(&mut self, line: usize) {
        if line < self.top {
            self.top = line;
        } else if line >= self.top + self.page.max(1) {
            self.top = line + 1 - self.page.max(1);
        }
    }

    /// Like [`Scroll::show`], before a page of `height` rows is drawn for the first time.
    pub(crate) fn turn_to(&mut self, line: usize, height: u16) {
        self.page = usize::from(height);
        self.show(line);
    }

    /// Draws the lines in sight.
    pub(crate) fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, cx: &Cx<'_>, lines: Vec<Line<'static>>) {
        self.page = usize::from(area.height);
        self.lines = lines.len();
        self.top = self.top.min(self.lines.saturating_sub(self.page));
        let area = area.intersection(frame.area());
        if area.is_empty() {
            return;
        }
        let buffer = frame.buffer_mut();
        for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(self.top)) {
            buffer.set_line(area.x, y, line, area.width);
        }
        if self.lines > self.page + self.top {
            let more = format!(" {} more ", self.lines - self.page - self.top);
            put_right(buffer, area, area.height - 1, &more, cx.style(Role::Accent));
        }
    }
}
