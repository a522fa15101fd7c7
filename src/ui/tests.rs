//! The screens, drawn.

use super::testing::{Screen, view, world};

/// Prints every screen: `cargo test … ui::tests::print -- --nocapture`.
#[test]
fn print() {
    let fleet = [world(), world()];
    let view = view(&fleet);
    for (width, height) in [(120, 36), (80, 24)] {
        for (name, keys) in [
            ("overview", ""),
            ("findings", "1"),
            ("filter", "gi/sev>=high web"),
            ("finding", "<enter>"),
            ("finding evidence", "<enter><tab>"),
            ("finding related", "<enter><tab><tab><tab>"),
            ("fix", "f"),
            ("functions", "gf"),
            ("function", "gf<enter>"),
            ("function tab", "gf<enter><tab>"),
            ("collectors", "c"),
            ("collectors denied", "cjjjj"),
            ("accounts", "ga"),
            ("help", "?"),
            ("palette", ":"),
            ("palette search", ":orders"),
            ("which-key", "g"),
        ] {
            let mut screen = Screen::new(width, height);
            screen.press(keys, &view);
            println!("== {name} {width}x{height} [{keys}]\n{}\n", screen.text(&view));
        }
    }
}
