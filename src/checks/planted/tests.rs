//! What must hold of the planted accounts.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use super::{NEVER, ONCE, Row, accounts};
use crate::{
    checks::{Check, Context, Fault, Ruling, Verdict, all, find},
    model::Arn,
    remedy::{Argument, Call, Plan, Step},
};

type Said<'a> = BTreeMap<(&'static str, &'a str), &'a Verdict>;

/// The rows by check and resource: none is told twice.
fn table(rows: &[Row]) -> BTreeMap<(&'static str, &str), &'static str> {
    let mut table = BTreeMap::new();
    for row in rows {
        assert!(find(row.check).is_some() && !row.why.is_empty(), "{row:?}");
        assert_eq!(table.insert((row.check, row.resource.as_str()), row.why), None, "told twice: {row:?}");
    }
    table
}

/// Asserts that what is `said` is what the table has, nothing less and nothing more.
#[track_caller]
fn exact(account: &str, what: &str, rows: &[Row], said: &Said<'_>) {
    let table = table(rows);
    let missed: Vec<_> = table.iter().filter(|(row, _)| !said.contains_key(*row)).collect();
    let extra: Vec<_> = said.iter().filter(|(row, _)| !table.contains_key(*row)).map(|(row, verdict)| (row, words(verdict))).collect();
    assert!(missed.is_empty() && extra.is_empty(), "{account}, {what}: missed {missed:#?}, extra {extra:#?}");
}

fn words(verdict: &Verdict) -> String {
    match &verdict.ruling {
        Ruling::Fail(fault) => fault.message.clone(),
        Ruling::Unknown(gap) => gap.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn every_flaw_is_found_and_nothing_else() {
    let mut planted: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (name, account) in accounts() {
        let context = Context::new(&account.posture, &account.settings);
        let verdicts: Vec<Verdict> = all().flat_map(|check| (check.run)(&context)).collect();
        let mut said: BTreeMap<(&str, &str), &Verdict> = BTreeMap::new();
        for verdict in &verdicts {
            let before = said.insert((verdict.check.id, verdict.resource.as_str()), verdict);
            assert!(before.is_none(), "{name}: {} judges {} twice", verdict.check.id, verdict.resource);
        }
        let only = |wanted: fn(&Ruling) -> bool| -> Said<'_> {
            said.iter().filter(|(_, verdict)| wanted(&verdict.ruling)).map(|(row, verdict)| (*row, *verdict)).collect()
        };
        let failed = only(|ruling| matches!(ruling, Ruling::Fail(_)));
        exact(name, "fails", &account.flaws, &failed);
        exact(name, "unknown", &account.undecided, &only(|ruling| matches!(ruling, Ruling::Unknown(_))));
        for ((check, resource), why) in table(&account.innocent) {
            let verdict = said.get(&(check, resource)).unwrap_or_else(|| panic!("{name}: {check} says nothing of {resource}: {why}"));
            let sound = matches!(verdict.ruling, Ruling::Pass | Ruling::NotApplicable);
            assert!(sound, "{name}: {check} on {resource}: {why}: {}", words(verdict));
        }
        for ((check, resource), why) in table(&account.unasked) {
            assert!(!said.contains_key(&(check, resource)), "{name}: {check} judges {resource}: {why}");
        }
        for verdict in failed.values() {
            let Ruling::Fail(fault) = &verdict.ruling else { continue };
            told_badly(verdict, fault, &mut wrong);
            match (verdict.check.fix)(&context, verdict) {
                Some(plan) => mended_badly(verdict, &plan, &mut wrong),
                None => wrong.push(format!("{} has no plan for {}", verdict.check.id, verdict.resource)),
            }
        }
        account.flaws.iter().for_each(|row| *planted.entry(row.check).or_default() += 1);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for check in all() {
        let flaws = planted.get(check.id).copied().unwrap_or_default();
        let least = if NEVER.iter().any(|(never, _)| *never == check.id) { 0..=0 } else { 2..=usize::MAX };
        assert!(least.contains(&flaws), "{} has {flaws} flaws", check.id);
    }
}

#[test]
fn what_is_planted_once_an_account_says_one_thing_of_it() {
    for (name, account) in accounts() {
        let context = Context::new(&account.posture, &account.settings);
        for check in ONCE.iter().map(|id| find(id).unwrap()) {
            assert_eq!((check.run)(&context).len(), 1, "{name}: {}", check.id);
        }
        for (id, why) in NEVER {
            let check: &Check = find(id).unwrap();
            let decided = (check.run)(&context).iter().any(|verdict| matches!(verdict.ruling, Ruling::Pass | Ruling::Fail(_)));
            assert!(!decided, "{name}: {id} decides: {why}");
        }
    }
}

/// What a message may call a resource by.
fn names(resource: &Arn, region: &str) -> Vec<String> {
    let last = resource.as_str().rsplit(['/', ':']).next().unwrap_or_default();
    let last = if resource.service() == "secretsmanager" { last.rsplit_once('-').map_or(last, |(name, _)| name) } else { last };
    let last = resource.resource().strip_prefix("stack/").and_then(|stack| stack.split('/').next()).unwrap_or(last);
    let qualified = resource.name();
    let service = match resource.service() {
        // What stands for a service in a Region.
        "access-analyzer" => "analyzer",
        "config" => "AWS Config",
        "securityhub" => "Security Hub",
        service => service,
    };
    let of_region = ["detector/", "event-bus/default", "account-status"].iter().any(|part| resource.resource().starts_with(part));
    let of_service = resource.resource() == "*" || ["access-analyzer", "config", "securityhub"].contains(&resource.service());
    let mut names = Vec::new();
    if of_region {
        names.push(region.to_owned());
    } else if of_service {
        names.push(service.to_owned());
    } else if resource.resource() != "root" {
        names.extend([last.to_owned(), qualified.to_owned()]);
    }
    names
}

/// What is wrong with how a fault is told.
fn told_badly(verdict: &Verdict, fault: &Fault, wrong: &mut Vec<String>) {
    let mut expect = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!("{} on {}: {what}", verdict.check.id, verdict.resource));
        }
    };
    expect(!fault.evidence.is_empty(), "no evidence");
    let whole = fault.evidence.iter().all(|one| !one.source.is_empty() && !one.pointer.is_empty() && !one.value.is_empty());
    expect(whole, &format!("half of a proof: {:?}", fault.evidence));
    let names = names(&verdict.resource, &verdict.region);
    let is_named = names.is_empty() || names.iter().any(|name| fault.message.contains(name));
    expect(is_named && !fault.message.is_empty(), &format!("{} names none of {names:?}", fault.message));
}

/// What is wrong with how a fault is mended.
fn mended_badly(verdict: &Verdict, plan: &Plan, wrong: &mut Vec<String>) {
    let mut expect = |holds: bool, what: &str| {
        if !holds {
            wrong.push(format!("{} on {}: {what}", verdict.check.id, verdict.resource));
        }
    };
    expect(!plan.summary.is_empty() && !plan.steps.is_empty(), "an empty plan");
    let steps = || plan.steps.iter().chain(&plan.undo);
    let calls: Vec<&Call> = steps().filter_map(|step| if let Step::Call(call) = step { Some(call) } else { None }).collect();
    for call in &calls {
        let options: BTreeSet<&str> = call.arguments.iter().map(|(option, _)| *option).collect();
        expect(options.len() == call.arguments.len(), &format!("an option twice: {}", call.command()));
        let asked = || call.arguments.iter().filter_map(|(_, value)| if let Argument::Ask(what) = value { Some(*what) } else { None });
        expect(asked().collect::<BTreeSet<_>>().len() == asked().count(), &format!("a placeholder twice: {}", call.command()));
    }
    for line in steps().filter(|step| !matches!(step, Step::Call(_))).map(Step::line) {
        expect(line.starts_with("# ") && !line.contains('\n'), &format!("no comment of one line: {line}"));
    }
    // One shell for all: it has to read every word back as it was meant.
    let script: String =
        calls.iter().map(|call| format!("set -- {}\nprintf '%s\\0' \"$@\"\nprintf '\\001\\0'\n", call.command())).collect();
    let output = Command::new("sh").arg("-c").arg(&script).output().unwrap();
    let meant: String = calls.iter().map(|call| format!("{}\0\u{1}\0", meant(call).join("\0"))).collect();
    expect(output.stdout == meant.as_bytes(), &format!("the shell reads otherwise: {script}"));
}

/// The words of a call's command line.
fn meant(call: &Call) -> Vec<String> {
    let mut words = vec!["aws".to_owned(), call.service.to_owned(), call.operation.to_owned()];
    let region = (!call.region.is_empty()).then(|| ("region", Argument::Value(call.region.clone())));
    for (option, argument) in call.arguments.iter().cloned().chain(region) {
        words.push(format!("--{option}"));
        match argument {
            Argument::Value(value) => words.push(value),
            Argument::Ask(what) => words.push(format!("<{what}>")),
            Argument::Flag => {}
        }
    }
    words
}
