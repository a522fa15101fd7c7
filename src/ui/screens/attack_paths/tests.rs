//! The screen on paths made by hand.

use crate::{
    paths::Found,
    ui::{
        Effect, Glyphs, Insight, View,
        testing::{Screen, denied_world, view, world},
    },
};

#[test]
fn a_path_is_told_step_by_step_with_its_cheapest_break() {
    let fleet = [world()];
    let view = view(&fleet);
    let wide = {
        let mut screen = Screen::new(120, 36);
        screen.press("gp<tab>", &view);
        screen.text(&view)
    };
    println!("{wide}");
    for part in [
        "Attack paths",
        "◎ internet",
        "▣ fn:webhook-in",
        "lambda:UpdateFunctionCode (lambda-003)  ◄ cheapest break",
        "◆ admin",
        "inline policy deploy, Rewrite at /Statement/1",
        "If step 2 is fixed",
        "paths 1, 2 vanish; score",
        "from: anywhere   to: admin or data   sort: rank",
    ] {
        assert!(wide.contains(part), "no {part:?} in\n{wide}");
    }
    let mut small = Screen::new(80, 24);
    small.press("gp", &view);
    let list = small.text(&view);
    assert!(list.contains("needs trigger") && !list.contains("If step"), "{list}");
    small.press("<enter>n", &view);
    let story = small.text(&view);
    println!("{story}");
    assert!(story.contains("Path 2") && story.contains("only if aws:SourceVpce is vpce-1") && !story.contains('\u{1b}'), "{story}");
    assert!(story.contains("paths 1, 2 vanish"), "{story}");
    small.press("h", &view);
    assert!(!small.text(&view).contains("Step 2"));
}

#[test]
fn paths_are_narrowed_sorted_and_keep_their_numbers() {
    let fleet = [world()];
    let view = view(&fleet);
    let mut screen = Screen::new(120, 36);
    screen.press("gpF", &view);
    let text = screen.text(&view);
    assert!(text.contains("from: internet") && text.contains("1 of 2") && !text.contains("role:ci"), "{text}");
    screen.press("FF", &view);
    let text = screen.text(&view);
    assert!(text.contains("from: inside") && text.contains("Path 3") && text.contains("role:ci"), "{text}");
    screen.press("tt", &view);
    let text = screen.text(&view);
    assert!(text.contains("3 paths, and none of them here"), "{text}");
}

#[test]
fn what_if_a_step_were_gone() {
    let fleet = [world()];
    let view = view(&fleet);
    let mut screen = Screen::new(120, 36);
    screen.press("gpi", &view);
    let text = screen.text(&view);
    assert!(text.contains("what if: 1 of 3 left") && text.matches("gone").count() == 2, "{text}");
    screen.press("i", &view);
    assert!(!screen.text(&view).contains("what if"));
}

#[test]
fn a_path_is_copied_as_text_and_written_as_a_drawing() {
    let fleet = [world()];
    let view = view(&fleet);
    let effects = Screen::new(120, 36).press("gpyw", &view);
    let [Effect::Copy { text, .. }, Effect::Write { name, contents }] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(text.starts_with("1  internet → admin") && text.contains("break here: step 2"), "{text}");
    assert!(name.ends_with(".mmd") && contents.starts_with("flowchart LR\n"), "{contents}");
}

#[test]
fn no_path_is_said_apart_from_not_known() {
    let fleet = [denied_world()];
    let unasked = View { insight: None, ..view(&fleet) };
    let text = |view: &View<'_>| {
        let mut screen = Screen::new(80, 24);
        screen.press("gp", view);
        screen.text(view)
    };
    assert!(text(&unasked).contains("working out paths"));
    let mut none = Insight::default();
    none.learn(1, Found::Paths(Vec::new()));
    let asked = View { insight: Some(&none), ..unasked };
    assert!(text(&asked).contains("? no path in what was read, but"), "{}", text(&asked));
}

#[test]
fn the_paths_of_a_function_are_a_key_away() {
    let fleet = [world()];
    let view = view(&fleet);
    let mut screen = Screen::with(Glyphs::Ascii, 120, 36);
    screen.press("gf/billing<enter><enter>p", &view);
    let text = screen.text(&view);
    assert!(text.contains("by fn:billing-export") && text.contains("1 of 2"), "{text}");
    assert!(text.is_ascii(), "{text}");
}
