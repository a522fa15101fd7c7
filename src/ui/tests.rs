//! The screens, drawn and driven.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

use super::{
    Effect, Glyphs, Input, Toast, View,
    binding::{self, Place},
    testing::{NAMES, Screen, denied_world, events, posture, verdicts, view, world, world_of},
    width::width,
};
use crate::{
    model::{Source, SourceRun, SourceState},
    world::{Origin, Status, World},
};

/// Every screen with the keys that lead there from the overview.
const SCREENS: [(&str, &str); 35] = [
    ("overview", ""),
    ("findings", "1"),
    ("filter", "gi/sev>=high refund"),
    ("finding", "<enter>"),
    ("finding evidence", "<enter><tab>"),
    ("finding related", "<enter><tab><tab><tab>"),
    ("fix", "f"),
    ("functions", "gf"),
    ("function", "gf<enter>"),
    ("function invoke", "gf/webhook<enter><enter><tab>"),
    ("function reach", "gf/webhook<enter><enter><tab><tab><tab>"),
    ("role", "gf/webhook<enter>gr"),
    ("role proof", "gf/webhook<enter>gr<enter>"),
    ("role reach", "gf/webhook<enter>gr<tab><tab>"),
    ("paths", "gp"),
    ("path", "gp<enter>"),
    ("by trigger", "gt"),
    ("trigger", "gt<enter>"),
    ("by interface", "gn"),
    ("by data", "gd"),
    ("collectors", "c"),
    ("collectors denied", "cjjjj"),
    ("accounts", "ga"),
    ("help", "?"),
    ("palette", ":"),
    ("palette search", ":orders"),
    ("which-key", "g"),
    ("fix first", "<tab>"),
    ("frameworks", "gw"),
    ("requirements", "gwjj<enter>"),
    ("requirement", "gwjjj<enter><enter>"),
    ("checks", "ge"),
    ("checks filter", "ge/url"),
    ("check", "ge/dp-<enter><enter>"),
    ("check fix", "ge/dp-<enter><enter><tab>"),
];

/// Every screen at the sizes of the design: what it must say, and no row wider than the terminal.
/// With `--nocapture` this prints them, to look at.
#[test]
fn every_screen_says_what_it_is_for() {
    let fleet = [world(), denied_world()];
    let view = view(&fleet);
    let must: [(&str, &[&str]); 35] = [
        ("overview", &["Function", "Identity", "Data", "Monitoring", "Response", "denied", "n/a", "DEMO", "CRIT"]),
        ("findings", &["FN-001", "CRIT", "sort: risk", "1-key"]),
        ("filter", &["/sev>=high refund", "Esc cancel", "filtered out"]),
        ("finding", &["Why it matters", "CRITICAL", "1 of"]),
        ("finding evidence", &["lambda:GetPolicy", "12 │ {", "\"Sid\""]),
        ("finding related", &["Go to", "role:"]),
        ("fix", &["aws lambda remove-permission", "Undo", "careful", "lambda:RemovePermission"]),
        ("functions", &["billing-export", "RISK", "of 20"]),
        ("function", &["FN-001", "worst ✖ CRIT"]),
        ("function invoke", &["AuthType NONE", "webhook-in"]),
        ("function reach", &["can become administrator", "4 of 5", "By its own permissions", "only if aws:SourceVpce"]),
        ("role", &["role:webhook-in-role", "trust policy", "allow", "by lambda.amaz"]),
        ("role proof", &["/Statement", "line 4", "It allows", "sts:AssumeRole"]),
        ("role reach", &["working out what it can reach"]),
        ("paths", &["Attack paths", "internet", "role:ci", "HOPS", "from: anywhere"]),
        ("path", &["cheapest break", "◎ internet", "inline policy deploy, Rewrite", "paths 1, 2 vanish"]),
        ("by trigger", &["[By trigger]", "WHO", "function URL", "fn:webhook-in"]),
        ("trigger", &["starts", "RULE", "WHAT"]),
        ("by interface", &["[By interface]", "KIND", "fn:webhook-in"]),
        ("by data", &["[By data]"]),
        ("collectors", &["lambda", "complete", "CALLS", "THROTTLED"]),
        ("collectors denied", &["logs:DescribeLogGroups", "AccessDeniedException"]),
        ("accounts", &["123456789012", "210987654321"]),
        ("help", &["show the fix", "Ctrl-D"]),
        ("palette", &["command", "go-overview"]),
        ("palette search", &["fn:orders-refund", "function", "role"]),
        ("which-key", &["collectors", "functions"]),
        ("fix first", &["Fix first", "points gained for effort", "no single fix"]),
        ("frameworks", &["NIST CSF 2.0", "MITRE ATT&CK 18", "UNKN", "SOC 2"]),
        ("requirements", &["PR.AA", "✖ not met", "? unknown", "identities and access"]),
        ("requirement", &["findings", "S1 injection through events", "CHECK"]),
        ("checks", &["FN-001", "CRIT", "FAIL", "PASS"]),
        ("checks filter", &["/url", "filtered out", "FN-002"]),
        ("check", &["Why it matters", "DP-001", "layer 3 Data"]),
        ("check fix", &["AWS CLI", "$ aws"]),
    ];
    for (columns, rows) in [(120, 36), (80, 24)] {
        for ((name, keys), (of, words)) in SCREENS.into_iter().zip(must) {
            assert_eq!(name, of);
            let mut screen = Screen::new(columns, rows);
            screen.press(keys, &view);
            let drawn = screen.draw(&view);
            let text = drawn.join("\n");
            println!("== {name} {columns}x{rows} [{keys}]\n{text}\n");
            for word in words {
                assert!(text.contains(word), "{name} at {columns}x{rows} lacks {word:?}:\n{text}");
            }
            assert!(text.contains("123456789012"), "{name}: the account id is in every header");
            assert!(drawn.iter().all(|row| width(row) <= usize::from(columns)), "{name}");
        }
    }
}

#[test]
fn small_terminals_show_less_and_never_refuse() {
    let fleet = [world()];
    let view = view(&fleet);
    let tiny = Screen::new(24, 4).text(&view);
    assert!(tiny.starts_with("59F 59F 84B ? n/a"), "{tiny}");
    let bare = Screen::new(50, 12).text(&view);
    let narrow = Screen::new(24, 6).text(&view);
    assert!(narrow.contains("123456789012  ") && narrow.contains("79% !"), "{narrow}");
    assert!(bare.contains("CRIT") && bare.contains("123456789012") && !bare.contains('╭'), "{bare}");
    assert!(!Screen::new(1, 1).text(&view).trim().is_empty());
}

#[test]
fn an_account_without_findings_is_no_reason_to_cheer_before_it_was_read() {
    let reading = [SourceRun { state: SourceState::Running, ..SourceRun::queued(Source::Lambda, "eu-west-1") }];
    let nothing = View { progress: &reading, live: true, ..view(&[]) };
    for size in [(120, 36), (80, 24), (50, 12)] {
        let text = Screen::new(size.0, size.1).text(&nothing);
        assert!(text.contains("reading the account"), "{text}");
    }
    let fleet = [World::of(Origin::Live, posture(&NAMES), Vec::new())];
    let scoring = View { assessing: true, ..view(&fleet) };
    let text = Screen::new(120, 36).text(&scoring);
    assert!(text.contains("scoring") && !text.contains("nothing found"), "{text}");
}

#[test]
fn a_denied_layer_is_unknown_and_never_a_pass() {
    let fleet = [denied_world()];
    let view = view(&fleet);
    for size in [(120, 36), (80, 24)] {
        let text = Screen::new(size.0, size.1).text(&view);
        assert!(text.contains("no data:") && text.contains("denied") && text.contains("partial"), "{text}");
        let words = || text.split_whitespace();
        let counted = words().zip(words().skip(1)).any(|(count, word)| count.parse::<u32>().is_ok() && word.starts_with("pass"));
        assert!(!counted && !text.contains("nothing found"), "{text}");
    }
}

#[test]
fn f_shows_the_fix_and_y_copies_its_commands() {
    let fleet = [world()];
    let view = view(&fleet);
    let mut screen = Screen::new(120, 36);
    let effects = screen.press("fy", &view);
    let [Effect::Copy { text, what }] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(text.starts_with("aws lambda remove-permission --function-name arn:aws:lambda:eu-west-1:"), "{text}");
    assert_eq!(what, "fix");
    let effects = screen.press("w", &view);
    let [Effect::Write { name, contents }] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(name.starts_with("palisade-fix-fn-001-") && name.ends_with(".sh") && !name.contains('/'));
    assert!(contents.contains("\n# Undo\n# aws lambda add-permission"), "{contents}");
}

#[test]
fn the_missing_policy_can_be_copied() {
    let fleet = [world()];
    let view = view(&fleet);
    let effects = Screen::new(80, 24).press("cjjjjy", &view);
    let [Effect::Copy { text, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(text.contains("\"logs:DescribeLogGroups\""), "{text}");
}

#[test]
fn a_key_of_no_use_says_why() {
    let fleet = [world()];
    let view = view(&fleet);
    for (keys, why) in [("R", "not the live account"), ("X", "nothing is being read"), ("cy", "no permission is missing")] {
        let mut screen = Screen::new(120, 36);
        assert!(screen.press(keys, &view).is_empty(), "{keys}");
        assert!(screen.text(&view).contains(why), "{keys}");
    }
    let live = View { live: true, ..view };
    assert_eq!(Screen::new(80, 24).press("R", &live), [Effect::RefreshAll]);
    let retry = Effect::Retry { source: Source::Lambda, region: "eu-west-1".to_owned() };
    assert_eq!(Screen::new(80, 24).press("cR", &live), [retry]);
}

#[test]
fn q_closes_the_view_and_then_the_program() {
    let fleet = [world()];
    let view = view(&fleet);
    let mut screen = Screen::new(80, 24);
    assert!(screen.press("gf<enter>qq", &view).is_empty());
    assert_eq!(screen.press("q", &view), [Effect::Quit]);
    assert_eq!(Screen::new(80, 24).press("gi/<ctrl-c>", &view), [Effect::Quit]);
}

#[test]
fn another_account_is_shown_from_its_overview() {
    let fleet = [world(), denied_world()];
    let first = view(&fleet);
    let mut screen = Screen::new(80, 24);
    assert_eq!(screen.press("1<enter>ga", &first), []);
    assert_eq!(screen.press("j<enter>", &first), [Effect::SelectAccount(1)]);
    let second = View { current: 1, ..first };
    let text = screen.text(&second);
    assert!(text.contains("210987654321") && text.contains("Layers") && !text.contains("123456789012"), "{text}");
}

#[test]
fn back_and_forward() {
    let fleet = [world()];
    let view = view(&fleet);
    let mut screen = Screen::new(80, 24);
    screen.press("1<enter>", &view);
    let there = screen.text(&view);
    screen.press("h", &view);
    assert!(screen.text(&view).contains("sort: risk"));
    screen.press("L", &view);
    assert_eq!(screen.text(&view), there);
}

#[test]
fn the_filter_narrows_the_list_and_esc_gives_it_back() {
    let fleet = [world()];
    let view = view(&fleet);
    let unknown = fleet[0].findings.iter().filter(|finding| finding.status == Status::Unknown).count();
    let mut screen = Screen::new(120, 36);
    screen.press("gi/status:unknown", &view);
    assert!(screen.text(&view).contains(&format!("1 of {unknown}, ")), "{}", screen.text(&view));
    screen.press("<esc>", &view);
    assert!(screen.text(&view).contains(&format!(" of {} ─╮", fleet[0].findings.len())));
    screen.press("/colour:red", &view);
    assert!(screen.text(&view).contains("no such term"));
    screen.press("<enter><esc>", &view);
    for (filter, all) in [
        ("rule:fn-001", "FN-001"),
        ("fix:1key", "1-key"),
        ("fn:*refund", "fn:orders-refund"),
        ("refund fn-011", "FN-011  fn:orders-refund"),
        ("secret-in", "DP-001"),
        ("layer:3 sev:med status:fail", "● MED"),
    ] {
        let mut screen = Screen::new(80, 24);
        screen.press(&format!("gi/{filter}<enter>"), &view);
        let rows: Vec<String> = screen.draw(&view).into_iter().filter(|row| row.contains("fn:") || row.contains("role:")).collect();
        let rows: Vec<&String> = rows.iter().filter(|row| row.starts_with('│')).collect();
        assert!(!rows.is_empty() && rows.iter().all(|row| row.contains(all)), "{filter}: {rows:?}");
    }
}

#[test]
fn the_cursor_follows_the_finding_when_the_world_is_replaced() {
    let before = [world()];
    let mut screen = Screen::new(80, 24);
    let mut shown = view(&before);
    screen.press("gijjjjj", &shown);
    let under = |screen: &mut Screen, view: &View<'_>| {
        let row = screen.draw(view).into_iter().find(|row| row.contains('▌')).expect("a cursor");
        row.split('▌').nth(1).expect("a row").chars().take(40).collect::<String>()
    };
    let chosen = under(&mut screen, &shown);
    // The same account with half of the functions: rows above and below are gone.
    let mut fewer = verdicts(&before[0].posture);
    let sixth = before[0].findings.iter().filter(|finding| finding.status == Status::Fail).nth(5).expect("six fails");
    let wanted = sixth.resource.clone();
    let mut nth = 0;
    fewer.retain(|verdict| {
        nth += 1;
        verdict.resource == wanted || nth % 2 == 0
    });
    let after = [World::of(Origin::Demo, posture(&NAMES), fewer)];
    shown = View { generation: 2, ..view(&after) };
    assert_eq!(under(&mut screen, &shown), chosen);
}

#[test]
fn the_palette_runs_commands_and_opens_things() {
    let fleet = [world()];
    let view = view(&fleet);
    let mut screen = Screen::new(120, 36);
    screen.press(":go-functions<enter>", &view);
    assert!(screen.text(&view).contains("Overview › Functions"));
    screen.press(":fn:mailer<enter>", &view);
    assert!(screen.text(&view).contains("Functions › mailer"));
    let pasted = "collectors";
    screen.press(":", &view);
    screen.root.handle(Input::Paste(pasted.to_owned()), &view);
    screen.press("<enter>", &view);
    assert!(screen.text(&view).contains("› Collectors"));
    // Pasted text is no keys.
    assert!(screen.root.handle(Input::Paste("q".to_owned()), &view).is_empty());
}

#[test]
fn a_finding_is_accepted_with_a_reason_an_owner_and_a_day() {
    let fleet = [world()];
    let view = view(&fleet);
    let mut screen = Screen::new(80, 24);
    screen.press("gi/status:fail<enter>", &view);
    screen.press("m", &view);
    assert!(screen.text(&view).contains("Accept this finding"));
    // Nothing is accepted without saying why.
    screen.press("<enter>", &view);
    assert!(screen.text(&view).contains("say why it is accepted"));
    screen.press("agreed<enter>payments<enter>", &view);
    let effects = screen.press("<enter>", &view);
    let [Effect::Waive(waiver)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((waiver.reason.as_str(), waiver.owner.as_str()), ("agreed", "payments"));
    let ninety = fleet[0].posture.taken_at.date() + time::Duration::days(90);
    assert_eq!(waiver.expires, ninety);
    assert!(!screen.text(&view).contains("Accept this finding"));

    let mut after = fleet[0].clone();
    after.accept(std::sync::Arc::new((**waiver).clone()));
    let accepted = after.findings.iter().find(|finding| finding.waiver.is_some()).expect("one").clone();
    assert_eq!(after.findings.iter().filter(|finding| finding.waiver.is_some()).count(), 1);
    let fleet = [after];
    let view = self::view(&fleet);
    screen.press("<esc>", &view);
    screen.press("gi/status:waived<enter><enter>", &view);
    let text = screen.text(&view);
    assert!(text.contains("WAIVED") && text.contains(accepted.check.id), "{text}");
}

#[test]
fn the_mouse_chooses_and_opens() {
    let fleet = [world()];
    let view = view(&fleet);
    let mut screen = Screen::new(120, 36);
    screen.draw(&view);
    let event = |kind, column, row| Input::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
    let click = MouseEventKind::Down(MouseButton::Left);
    screen.root.handle(event(click, 30, 5), &view);
    assert!(screen.text(&view).contains("Overview › 2 Identity"));
    screen.root.handle(event(click, 5, 1), &view);
    screen.draw(&view);
    screen.root.handle(event(click, 10, 14), &view);
    screen.root.handle(event(click, 10, 14), &view);
    assert!(screen.text(&view).contains("4 of"), "{}", screen.text(&view));
    screen.root.handle(event(MouseEventKind::ScrollDown, 10, 14), &view);
    screen.draw(&view);
}

#[test]
fn the_help_lists_every_binding_of_its_place() {
    let fleet = [world(), world()];
    let view = view(&fleet);
    for (keys, place) in [
        ("?", Place::Overview),
        ("gi?", Place::Findings),
        ("<enter>?", Place::Finding),
        ("gf?", Place::Functions),
        ("gf<enter>?", Place::Function),
        ("c?", Place::Collectors),
        ("gt?", Place::WaysIn),
        ("gd?", Place::Data),
        ("ga?", Place::Accounts),
        ("f?", Place::Fix),
        ("gw?", Place::Frameworks),
        ("gw<enter>?", Place::Requirements),
        ("ge?", Place::Checks),
        ("ge<enter>?", Place::Check),
    ] {
        let mut screen = Screen::new(120, 200);
        screen.press(keys, &view);
        let text = screen.text(&view);
        for binding in binding::here(place) {
            assert!(text.contains(binding.help), "{place:?} lacks {}", binding.name);
        }
    }
}

#[test]
fn ascii_is_ascii() {
    let fleet = [world(), world()];
    let view = view(&fleet);
    for (name, keys) in SCREENS {
        let mut screen = Screen::with(Glyphs::Ascii, 120, 36);
        screen.press(keys, &view);
        let text = screen.text(&view);
        let foreign: String = text.chars().filter(|c| !c.is_ascii()).collect();
        assert!(foreign.is_empty(), "{name}: {foreign}");
    }
}

#[test]
fn toasts_are_cleaned_and_gone_with_the_next_key() {
    let fleet = [world()];
    let view = view(&fleet);
    let mut screen = Screen::new(80, 24);
    screen.root.notify(Toast::good("copied \u{1b}[31m214 B"));
    let text = screen.text(&view);
    assert!(text.contains("copied �[31m214 B"), "{text}");
    screen.press("j", &view);
    assert!(!screen.text(&view).contains("copied"));
}

/// Names as nobody would choose them who meant well.
fn hostile() -> World {
    let wide = "関".repeat(100);
    let names = [
        wide.as_str(),
        "a\u{1b}]52;c;aGk=\u{7}b",
        "\u{202E}gpj.exe\u{2066}",
        "👩‍👩‍👧‍👦🏳️‍🌈e\u{301}\u{301}\u{301}",
        "",
        " ",
        "x\r\n\ty",
        "\u{9b}0m\u{200b}\u{feff}",
        "العربية",
    ];
    world_of(&names)
}

#[test]
fn nothing_hostile_reaches_a_cell() {
    let fleet = [hostile()];
    let view = view(&fleet);
    for (name, keys) in SCREENS {
        let mut screen = Screen::new(120, 36);
        screen.press(keys, &view);
        let text = screen.text(&view);
        let found: Vec<char> = text.chars().filter(|&c| c != '\n' && crate::model::text::is_hostile(c)).collect();
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_size_and_no_keys_make_it_panic(
        sizes in prop::collection::vec((1u16..200, 1u16..60), 1..5),
        keys in prop::collection::vec("(j|k|g|G|h|l|L|n|N|f|y|Y|w|s|z|c|1|2|4|/|:|\\?|T|R|P|X|S|i|a|o|u|r|e|<enter>|<esc>|<tab>|<backspace>|<ctrl-d>|<ctrl-u>|<ctrl-f>|<down>|>=|関|sev:h)", 1..30),
        which in 0usize..4,
    ) {
        let fleets = [vec![world()], vec![hostile(), world()], vec![denied_world()], vec![]];
        let fleet = &fleets[which];
        let view = view(fleet);
        let mut screen = Screen::new(sizes[0].0, sizes[0].1);
        for (nth, key) in keys.iter().enumerate() {
            let (columns, rows) = sizes[nth % sizes.len()];
            screen.resize(columns, rows);
            for event in events(key) {
                screen.root.handle(Input::Key(event), &view);
            }
            let drawn = screen.draw(&view);
            prop_assert!(drawn.iter().all(|row| width(row) <= usize::from(columns)));
        }
    }
}

#[test]
fn the_demo_account_is_drawn() {
    let fleet = [World::assess(Origin::Demo, crate::demo::posture().into(), std::sync::Arc::default())];
    let view = view(&fleet);
    for (columns, rows) in [(120, 36), (80, 24)] {
        for (name, keys) in SCREENS {
            let mut screen = Screen::new(columns, rows);
            screen.press(keys, &view);
            let text = screen.text(&view);
            println!("== demo {name} {columns}x{rows} [{keys}]\n{text}\n");
            assert!(text.contains(&fleet[0].posture.account), "{name}");
        }
    }
}

#[test]
fn typing_a_filter_finds_what_pasting_it_finds() {
    let fleet = [world()];
    let view = view(&fleet);
    for filter in ["refund", "orders fn-0", "sev>=high anyone", "Web", "secret-in-env"] {
        let mut typed = Screen::new(120, 36);
        typed.press(&format!("gi/{filter}"), &view);
        let mut pasted = Screen::new(120, 36);
        pasted.press("gi/", &view);
        pasted.root.handle(Input::Paste(filter.to_owned()), &view);
        assert_eq!(typed.text(&view), pasted.text(&view), "{filter}");
        // Fewer letters let rows come back.
        typed.press("<backspace><backspace>", &view);
        pasted.press("<backspace><backspace>", &view);
        assert_eq!(typed.text(&view), pasted.text(&view), "{filter}");
    }
}

#[test]
fn the_list_can_be_written_as_it_is_filtered() {
    let fleet = [world()];
    let view = view(&fleet);
    let effects = Screen::new(120, 36).press("gi/layer:2 status:fail<enter>w", &view);
    let [Effect::Write { name, contents }] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(name, "palisade-findings.json");
    let rows: Vec<serde_json::Value> = serde_json::from_str(contents).unwrap();
    assert!(!rows.is_empty() && rows.iter().all(|row| row["status"] == "fail" && row["check"].as_str().unwrap().starts_with("IA-")));
}
