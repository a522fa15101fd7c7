//! What keys do: the one table that the keys, the help, the footer and the documentation are made of.

mod key;
mod place;
mod sheet;

pub use key::Key;
pub use place::{Group, Place};
pub use sheet::{markdown, table};

use crate::{checks::Layer, lens::By};

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Close this view; in the first one, the program.
    Close,
    /// End the program.
    Quit,
    /// Show what the keys do.
    Help,
    /// Open the command palette.
    Palette,
    /// Draw everything anew.
    Redraw,
    /// Back to the shell, for now.
    Suspend,
    /// The next theme.
    Theme,
    /// One row down.
    Down,
    /// One row up.
    Up,
    /// To the first row.
    Top,
    /// To the last row.
    Bottom,
    /// Half a page down.
    HalfDown,
    /// Half a page up.
    HalfUp,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// The next finding or function.
    Next,
    /// The previous finding or function.
    Previous,
    /// Open what is under the cursor.
    Open,
    /// Back to where one came from.
    Back,
    /// Forward again.
    Forward,
    /// The next pane or tab.
    NextPane,
    /// The previous pane or tab.
    PreviousPane,
    /// The next way to look at the account.
    NextView,
    /// The pane with the cursor alone, or beside the other again.
    Zoom,
    /// To the overview.
    GoOverview,
    /// To all findings.
    GoFindings,
    /// To the functions.
    GoFunctions,
    /// To the collectors.
    GoCollectors,
    /// To what holds data.
    GoData,
    /// To the frameworks.
    GoFrameworks,
    /// To the checks.
    GoChecks,
    /// To what starts functions, or to what can be called.
    GoWay(By),
    /// To the attack paths.
    GoPaths,
    /// To the accounts.
    GoAccounts,
    /// To the execution role.
    GoRole,
    /// To the function.
    GoFunction,
    /// To the key.
    GoKey,
    /// To a layer's findings.
    GoLayer(Layer),
    /// Narrow the list.
    Filter,
    /// Order the list by something else.
    Sort,
    /// Only paths that begin elsewhere.
    From,
    /// Only paths that end elsewhere.
    To,
    /// What if this step were gone.
    WhatIf,
    /// To the attack paths that touch what is under the cursor.
    Paths,
    /// Show the fix.
    Fix,
    /// Explain the check.
    Explain,
    /// Accept the finding.
    Waive,
    /// Copy the fix or the value.
    Copy,
    /// Copy the ARN.
    CopyArn,
    /// Write to a file.
    Write,
    /// Read again.
    Refresh,
    /// Pause reading, or go on.
    Pause,
    /// Stop reading.
    Cancel,
    /// Save a snapshot.
    Save,
    /// Take what was typed.
    Accept,
    /// Drop what was typed.
    Discard,
}

/// One line of the table.
#[derive(Debug)]
pub struct Binding {
    /// What it does.
    pub action: Action,
    /// Its name in a keymap.
    pub name: &'static str,
    /// Its keys; a sequence has a space between its keys.
    pub keys: &'static [&'static str],
    /// Where it holds.
    pub places: &'static [Place],
    /// The word in the footer; empty when it is not shown there.
    pub label: &'static str,
    /// What the help says.
    pub help: &'static str,
    /// What it belongs to.
    pub group: Group,
}

use Action as A;
use Group as G;
use Place as P;
use place::{ABOUT_A_FINDING, ABOUT_A_RESOURCE, COPIED, PAGES, PAGES_BUT_COLLECTORS, PANES, TYPING, VIEWS};

const fn binding(
    action: Action,
    name: &'static str,
    keys: &'static [&'static str],
    places: &'static [Place],
    group: Group,
    label: &'static str,
    help: &'static str,
) -> Binding {
    Binding { action, name, keys, places, label, help, group }
}

/// The table. The footer shows labels in this order.
pub static BINDINGS: &[Binding] = &[
    binding(A::Open, "open", &["enter", "l", "right"], PAGES, G::Navigate, "open", "open what is under the cursor"),
    binding(
        A::Next,
        "next",
        &["n"],
        &[P::Finding, P::Function, P::Paths, P::Check],
        G::Move,
        "next",
        "next finding, function, path or check of the list",
    ),
    binding(
        A::Previous,
        "previous",
        &["N"],
        &[P::Finding, P::Function, P::Paths, P::Check],
        G::Move,
        "previous",
        "previous finding, function, path or check",
    ),
    binding(A::Fix, "fix", &["f"], ABOUT_A_FINDING, G::Act, "fix", "show the fix: commands, undo, risk"),
    binding(
        A::Explain,
        "explain",
        &["e"],
        &[P::Overview, P::Findings, P::Finding, P::Data, P::WaysIn, P::Requirements],
        G::Act,
        "explain",
        "explain the check: why, from which calls, whose side, ways out",
    ),
    binding(A::Copy, "copy", &["y"], COPIED, G::Act, "copy", "copy the fix, the path, the missing policy or the name"),
    binding(
        A::CopyArn,
        "copy-arn",
        &["Y"],
        &[P::Overview, P::Findings, P::Finding, P::Functions, P::Function, P::Role, P::Paths, P::Data, P::WaysIn, P::Requirements],
        G::Act,
        "",
        "copy the ARN",
    ),
    binding(A::Waive, "waive", &["m"], &[P::Findings, P::Finding], G::Act, "waive", "accept this finding until a day, with a reason"),
    binding(A::Write, "write", &["w"], &[P::Findings, P::Fix, P::Paths], G::Act, "write", "write this view to a file"),
    binding(
        A::Filter,
        "filter",
        &["/"],
        &[P::Findings, P::Functions, P::Requirements, P::Checks],
        G::Act,
        "filter",
        "narrow the list: words, sev>=high layer:1 fix:1key",
    ),
    binding(A::WhatIf, "what-if", &["i"], &[P::Paths], G::Act, "what-if", "what if this step were gone: which paths vanish"),
    binding(A::Paths, "paths", &["p"], ABOUT_A_RESOURCE, G::Act, "paths", "attack paths that touch what is under the cursor"),
    binding(A::From, "from", &["F"], &[P::Paths], G::Act, "from", "only paths from the internet, from outside, from within"),
    binding(A::To, "to", &["t"], &[P::Paths], G::Act, "to", "only paths to administrator, to data"),
    binding(A::Sort, "sort", &["s"], &[P::Findings, P::Functions, P::Paths], G::Act, "sort", "order by the next column"),
    binding(A::Refresh, "retry", &["R"], &[P::Collectors], G::Data, "retry", "read this source again"),
    binding(A::Refresh, "refresh", &["R"], PAGES_BUT_COLLECTORS, G::Data, "", "read the account again"),
    binding(A::Pause, "pause", &["P"], PAGES, G::Data, "pause", "pause reading, or go on"),
    binding(A::Cancel, "cancel", &["X"], PAGES, G::Data, "stop", "stop reading; what is missing stays unknown"),
    binding(A::Save, "save", &["S"], PAGES, G::Data, "", "save a snapshot"),
    binding(
        A::NextView,
        "next-view",
        &["v"],
        &[P::WaysIn, P::Data],
        G::Navigate,
        "view",
        "the next way in: by trigger, by interface, by data",
    ),
    binding(A::NextPane, "next-pane", &["tab"], PANES, G::Navigate, "pane", "next pane or tab"),
    binding(A::PreviousPane, "previous-pane", &["backtab"], PANES, G::Navigate, "", "previous pane or tab"),
    binding(
        A::Zoom,
        "zoom",
        &["z"],
        &[P::Findings, P::Functions, P::Paths],
        G::Navigate,
        "",
        "the pane with the cursor alone, or both again",
    ),
    binding(A::Down, "down", &["j", "down"], VIEWS, G::Move, "", "one row down"),
    binding(A::Up, "up", &["k", "up"], VIEWS, G::Move, "", "one row up"),
    binding(A::Top, "top", &["g g", "home"], VIEWS, G::Move, "", "to the first row"),
    binding(A::Bottom, "bottom", &["G", "end"], VIEWS, G::Move, "", "to the last row"),
    binding(A::HalfDown, "half-down", &["ctrl-d"], VIEWS, G::Move, "", "half a page down"),
    binding(A::HalfUp, "half-up", &["ctrl-u"], VIEWS, G::Move, "", "half a page up"),
    binding(A::PageDown, "page-down", &["pagedown", "ctrl-f"], VIEWS, G::Move, "", "a page down"),
    binding(A::PageUp, "page-up", &["pageup", "ctrl-b"], VIEWS, G::Move, "", "a page up"),
    binding(A::GoLayer(Layer::Function), "layer-1", &["1"], PAGES, G::GoTo, "layer", "findings of layer 1 Function"),
    binding(A::GoLayer(Layer::Identity), "layer-2", &["2"], PAGES, G::GoTo, "", "findings of layer 2 Identity"),
    binding(A::GoLayer(Layer::Data), "layer-3", &["3"], PAGES, G::GoTo, "", "findings of layer 3 Data"),
    binding(A::GoLayer(Layer::Monitoring), "layer-4", &["4"], PAGES, G::GoTo, "", "findings of layer 4 Monitoring"),
    binding(A::GoLayer(Layer::Response), "layer-5", &["5"], PAGES, G::GoTo, "", "findings of layer 5 Response"),
    binding(A::GoOverview, "go-overview", &["g o"], PAGES, G::GoTo, "", "overview"),
    binding(A::GoFindings, "go-findings", &["g i"], PAGES, G::GoTo, "", "all findings"),
    binding(A::GoFunctions, "go-functions", &["g f"], PAGES, G::GoTo, "", "functions"),
    binding(A::GoCollectors, "go-collectors", &["c", "g c"], PAGES, G::GoTo, "collectors", "collectors: what was read, what is missing"),
    binding(A::GoData, "go-data", &["g d"], PAGES, G::GoTo, "", "by data: what holds it, who writes and reads it, what it lacks"),
    binding(A::GoFrameworks, "go-frameworks", &["g w"], PAGES, G::GoTo, "", "frameworks: which requirements are met, which are not"),
    binding(A::GoChecks, "go-checks", &["g e"], PAGES, G::GoTo, "", "checks: what each asks, and how the account stands"),
    binding(
        A::GoWay(By::Trigger),
        "go-triggers",
        &["g t"],
        PAGES,
        G::GoTo,
        "",
        "by trigger: what starts functions, and who can send there",
    ),
    binding(
        A::GoWay(By::Interface),
        "go-interfaces",
        &["g n"],
        PAGES,
        G::GoTo,
        "",
        "by interface: what can be called, by whom, what guards it",
    ),
    binding(A::GoPaths, "go-paths", &["g p"], PAGES, G::GoTo, "", "attack paths"),
    binding(A::GoAccounts, "go-accounts", &["g a"], PAGES, G::GoTo, "", "accounts"),
    binding(A::GoRole, "go-role", &["g r"], &[P::Findings, P::Finding, P::Functions, P::Function], G::GoTo, "", "the execution role"),
    binding(A::GoFunction, "go-function", &["g u"], &[P::Overview, P::Findings, P::Finding], G::GoTo, "", "the function"),
    binding(A::GoKey, "go-key", &["g k"], &[P::Findings, P::Finding, P::Functions, P::Function], G::GoTo, "", "findings of the key"),
    binding(A::Accept, "accept", &["enter"], TYPING, G::Act, "take", "take what was typed, or run what is chosen"),
    binding(A::Discard, "discard", &["esc"], TYPING, G::Act, "cancel", "drop what was typed"),
    binding(A::Down, "next-choice", &["down", "ctrl-n", "tab"], &[P::Palette, P::Waive], G::Move, "down", "next choice or field"),
    binding(A::Up, "previous-choice", &["up", "ctrl-p", "backtab"], &[P::Palette, P::Waive], G::Move, "up", "previous choice or field"),
    binding(
        A::Back,
        "back",
        &["h", "esc", "left", "backspace", "H", "alt-left"],
        VIEWS,
        G::Navigate,
        "back",
        "back to where you came from",
    ),
    binding(A::Forward, "forward", &["L", "alt-right"], PAGES, G::Navigate, "", "forward again"),
    binding(A::Palette, "palette", &[":", "ctrl-p"], PAGES, G::Global, "command", "commands, findings, functions and roles by name"),
    binding(A::Redraw, "redraw", &["ctrl-l"], VIEWS, G::Global, "", "draw everything anew"),
    binding(A::Suspend, "suspend", &["ctrl-z"], &Place::ALL, G::Global, "", "back to the shell; fg returns"),
    binding(A::Theme, "theme", &["T"], VIEWS, G::Global, "", "next theme"),
    binding(A::Help, "help", &["?", "f1"], VIEWS, G::Global, "help", "what the keys do here"),
    binding(A::Close, "close", &["q"], VIEWS, G::Global, "quit", "close this view; in the first one, the program"),
    binding(A::Quit, "quit", &["ctrl-c"], &Place::ALL, G::Global, "", "end the program"),
];

/// What a sequence of keys means in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    /// This.
    Action(Action),
    /// More keys are to come.
    Prefix,
    /// Nothing.
    Nothing,
}

/// The bindings that hold in `place`, in the order of the table.
pub fn here(place: Place) -> impl Iterator<Item = &'static Binding> {
    BINDINGS.iter().filter(move |binding| binding.places.contains(&place))
}

/// What `keys` mean in `place`.
pub fn lookup(place: Place, keys: &[Key]) -> Hit {
    let mut hit = Hit::Nothing;
    for binding in here(place) {
        for sequence in binding.keys {
            let mut wanted = Key::sequence(sequence);
            if !keys.iter().all(|key| wanted.next().as_ref() == Some(key)) {
                continue;
            }
            match wanted.next() {
                None => return Hit::Action(binding.action),
                Some(_) => hit = Hit::Prefix,
            }
        }
    }
    hit
}

/// The bindings of `place` that begin with `first` and go on, with what comes after it.
pub fn after(place: Place, first: Key) -> impl Iterator<Item = (&'static str, &'static Binding)> {
    here(place).flat_map(move |binding| {
        binding.keys.iter().filter_map(move |sequence| {
            let (head, tail) = sequence.split_once(' ')?;
            (Key::parse(head) == Some(first)).then_some((tail, binding))
        })
    })
}

/// A sequence of keys as people write it: `g o`, `Ctrl-D`.
pub fn written(keys: &str) -> String {
    key::written(keys)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_bindings_clash_in_a_place() {
        for place in Place::ALL {
            let sequences: Vec<(&str, &str)> =
                here(place).flat_map(|binding| binding.keys.iter().map(move |keys| (*keys, binding.name))).collect();
            for (index, (keys, name)) in sequences.iter().enumerate() {
                for (other, other_name) in &sequences[index + 1..] {
                    let (a, b): (Vec<_>, Vec<_>) = (Key::sequence(keys).collect(), Key::sequence(other).collect());
                    assert!(!a.starts_with(&b) && !b.starts_with(&a), "{name} and {other_name} clash in {place:?}: {keys} {other}");
                }
            }
        }
    }

    #[test]
    fn every_binding_can_be_reached_and_has_a_name_of_its_own() {
        let mut names = HashSet::new();
        for binding in BINDINGS {
            assert!(names.insert(binding.name), "{} twice", binding.name);
            assert!(!binding.keys.is_empty() && !binding.places.is_empty() && !binding.help.is_empty(), "{}", binding.name);
            for keys in binding.keys {
                let sequence: Vec<Key> = Key::sequence(keys).collect();
                assert_eq!(sequence.len(), keys.split(' ').count(), "{keys} is no key");
                for &place in binding.places {
                    assert_eq!(lookup(place, &sequence), Hit::Action(binding.action), "{keys} in {place:?}");
                }
            }
        }
    }

    #[test]
    fn no_default_key_needs_altgr() {
        for binding in BINDINGS {
            for keys in binding.keys {
                assert!(!keys.contains(['[', ']', '{', '}', '\\', '|', '@', '~']), "{keys}");
            }
        }
    }

    #[test]
    fn the_printed_table_has_every_binding() {
        let printed = table();
        for binding in BINDINGS {
            assert!(printed.lines().any(|line| line.starts_with(binding.name) && line.ends_with(binding.help)), "{}", binding.name);
        }
    }
}
