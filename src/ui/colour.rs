//! Colours on terminals that show fewer of them than a theme asks for.

use ratatui::style::Color;

/// How many colours a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None: `NO_COLOR`, or a terminal without.
    None,
    /// The sixteen of ANSI.
    Ansi16,
    /// The xterm palette.
    Ansi256,
    /// 24 bits.
    True,
}

impl Depth {
    /// What the environment says of the terminal.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        if variable("NO_COLOR").is_some_and(|value| !value.is_empty()) {
            return Self::None;
        }
        let colorterm = variable("COLORTERM").unwrap_or_default();
        if matches!(colorterm.as_str(), "truecolor" | "24bit") {
            return Self::True;
        }
        match variable("TERM").unwrap_or_default().as_str() {
            "dumb" => Self::None,
            term if term.ends_with("-direct") || term.ends_with("-truecolor") => Self::True,
            term if term.contains("256color") => Self::Ansi256,
            _ if cfg!(windows) => Self::True,
            _ => Self::Ansi16,
        }
    }

    /// The nearest colour that the terminal shows.
    pub fn reduce(self, color: Color) -> Color {
        match (self, color) {
            (Self::None, _) => Color::Reset,
            (Self::Ansi256, Color::Rgb(r, g, b)) => Color::Indexed(nearest(16..=255, (r, g, b))),
            (Self::Ansi16, Color::Rgb(r, g, b)) => ansi(nearest(0..=15, (r, g, b))),
            (Self::Ansi16, Color::Indexed(index)) => ansi(nearest(0..=15, xterm(index))),
            _ => color,
        }
    }
}

const ANSI: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

const ANSI_RGB: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 49, 49),
    (13, 148, 81),
    (161, 117, 0),
    (36, 114, 200),
    (188, 63, 188),
    (17, 148, 175),
    (204, 204, 204),
    (102, 102, 102),
    (241, 76, 76),
    (35, 209, 139),
    (245, 245, 67),
    (59, 142, 234),
    (214, 112, 214),
    (41, 184, 219),
    (255, 255, 255),
];

fn ansi(index: u8) -> Color {
    ANSI.get(usize::from(index)).copied().unwrap_or(Color::Reset)
}

/// A colour of the xterm palette; the first sixteen as most terminals draw them.
fn xterm(index: u8) -> (u8, u8, u8) {
    let step = |level: u8| if level == 0 { 0 } else { 55 + 40 * level };
    match index {
        0..=15 => ANSI_RGB.get(usize::from(index)).copied().unwrap_or((0, 0, 0)),
        16..=231 => {
            let cube = index - 16;
            (step(cube / 36), step(cube / 6 % 6), step(cube % 6))
        }
        232..=255 => {
            let level = 8 + 10 * (index - 232);
            (level, level, level)
        }
    }
}

/// Red, green and blue of a colour; none for the terminal's own.
pub fn rgb(color: Color) -> Option<(u8, u8, u8)> {
    match color {
        Color::Reset => None,
        Color::Rgb(r, g, b) => Some((r, g, b)),
        Color::Indexed(index) => Some(xterm(index)),
        named => ANSI.iter().zip(ANSI_RGB).find(|(color, _)| **color == named).map(|(_, rgb)| rgb),
    }
}

fn nearest(candidates: std::ops::RangeInclusive<u8>, wanted: (u8, u8, u8)) -> u8 {
    candidates.min_by_key(|&index| distance(xterm(index), wanted)).unwrap_or(0)
}

/// Squared distance, weighed by how the eye sees the three.
fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    2 * square(a.0, b.0) + 4 * square(a.1, b.1) + 3 * square(a.2, b.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(variables: &[(&str, &str)]) -> Depth {
        Depth::detect(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_environment_tells_the_depth() {
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), Depth::True);
        assert_eq!(depth(&[("TERM", "tmux-256color")]), Depth::Ansi256);
        assert_eq!(depth(&[("TERM", "xterm-direct")]), Depth::True);
        assert_eq!(depth(&[("TERM", "linux")]), Depth::Ansi16);
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]), Depth::None);
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]), Depth::Ansi256, "an empty NO_COLOR is none");
    }

    #[test]
    fn colours_become_the_nearest_that_there_is() {
        assert_eq!(Depth::Ansi256.reduce(Color::Rgb(255, 0, 0)), Color::Indexed(196));
        assert_eq!(Depth::Ansi256.reduce(Color::Rgb(9, 9, 9)), Color::Indexed(232));
        assert_eq!(Depth::Ansi256.reduce(Color::Red), Color::Red);
        assert_eq!(Depth::Ansi16.reduce(Color::Rgb(250, 250, 250)), Color::White);
        assert_eq!(Depth::Ansi16.reduce(Color::Indexed(196)), Color::Red);
        assert_eq!(Depth::Ansi16.reduce(Color::Reset), Color::Reset);
        assert_eq!(Depth::True.reduce(Color::Rgb(1, 2, 3)), Color::Rgb(1, 2, 3));
        assert_eq!(Depth::None.reduce(Color::Red), Color::Reset);
    }
}
