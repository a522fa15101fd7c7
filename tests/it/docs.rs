//! The README stays true: what it shows of keys, checks, themes, policy and configuration is generated, here.

use std::{env, fmt::Write, fs, path::PathBuf};

use palisade::checks;

fn readme() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

/// Asserts that the part of the README called `name` is `generated`; writes it when blessed.
#[track_caller]
fn part(name: &str, generated: &str) {
    let text = fs::read_to_string(readme()).unwrap();
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let start = text.find(&open).expect("the part begins") + open.len();
    let end = text.find(&close).expect("the part ends");
    if text[start..end] == *generated {
        return;
    }
    assert!(
        env::var_os("PALISADE_BLESS").is_some(),
        "{name} in README.md is stale: PALISADE_BLESS=1 cargo test --test it docs:: writes it"
    );
    fs::write(readme(), format!("{}{generated}{}", &text[..start], &text[end..])).unwrap();
}

/// The parts are of one file: one test writes them one after the other.
#[test]
fn what_the_readme_shows_is_so() {
    part("policy", &policy());
    #[cfg(feature = "tui")]
    part("keys", &keys());
    #[cfg(feature = "tui")]
    part("themes", &themes());
    part("config", &format!("```toml\n{}```\n", palisade::config::sample()));
    part("checks", &catalogue());
}

/// What `explain` says that a check is decided from, collectors ask.
#[test]
fn every_call_that_a_guide_names_is_asked() {
    let asked = palisade::collect::actions();
    for check in checks::all() {
        for call in check.guide.calls {
            // No client can ask for the last use of a key.
            let is_asked = asked.iter().any(|action| action == call) || *call == "kms:GetKeyLastUsage";
            assert!(is_asked, "{} is decided from {call}, which nothing asks", check.id);
        }
    }
}

fn policy() -> String {
    let policy = palisade::remedy::grant("PalisadeReadOnly", &palisade::collect::actions());
    format!("```json\n{policy}\n```\n")
}

fn catalogue() -> String {
    let mut text = format!(
        "{} checks. `palisade explain ID` tells the rest.\n\n| id | severity | what is good |\n|---|---|---|\n",
        checks::all().count()
    );
    for check in checks::all() {
        writeln!(text, "| {} | {} | {} |", check.id, check.severity, check.title).unwrap();
    }
    text
}

#[cfg(feature = "tui")]
fn keys() -> String {
    palisade::ui::binding::markdown()
}

#[cfg(feature = "tui")]
fn themes() -> String {
    let names: Vec<String> = palisade::ui::theme::built_in().map(|name| format!("`{name}`")).collect();
    format!("{}.\n", names.join(", "))
}
