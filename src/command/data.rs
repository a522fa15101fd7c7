//! `palisade data`: what holds data, who writes it, who reads it, and what protects it.

use std::{fmt::Write, fs, process::ExitCode};

use super::{CommandError, PARTIAL, paths::accounts, print};
use crate::{
    cli::{Data, Format},
    flow::{Flow, Hand, Protection, Store},
    iam::{Account, Library},
    model::{Gap, text::clean},
    paths::{DataUses, resource_name},
};

/// How many writers or readers the text names; the JSON names all.
const MOST: usize = 20;

pub(super) fn data(asked: &Data) -> Result<ExitCode, CommandError> {
    let (accounts, missed) = accounts(&asked.sources)?;
    let (mut text, mut told, mut found, mut gaps) = (String::new(), Vec::new(), false, missed);
    for account in accounts {
        let world = account.judge();
        let posture = &world.posture;
        let library = world.library().unwrap_or_else(|| Library::new(posture).into());
        let flow = Flow::new(&world, &DataUses::new(&Account::new(posture, library)));
        let stores: Vec<&Store> = match &asked.name {
            Some(name) => flow.named(name).collect(),
            None => flow.stores.iter().collect(),
        };
        found |= asked.name.is_none() || !stores.is_empty();
        gaps += flow.gaps.len() + posture.blind().count();
        let reasons: Vec<String> = flow.gaps.iter().map(Gap::to_string).collect();
        told.push(serde_json::json!({ "account": posture.account, "stores": stores, "unread": reasons }));
        let many = |text: &mut String| table(text, &stores);
        match &asked.name {
            Some(_) => stores.iter().for_each(|store| one(&mut text, store)),
            None => {
                let _ = writeln!(text, "Data of account {}\n", posture.account);
                many(&mut text);
            }
        }
        for reason in reasons.iter().filter(|_| !stores.is_empty()) {
            let _ = writeln!(text, "? writers or readers may be missing: {}", clean(reason));
        }
    }
    if let (false, Some(name)) = (found, &asked.name) {
        let message = format!("there is no store of data called {:?}: `palisade data` lists them", clean(name));
        return Err(CommandError::usage(message));
    }
    let bytes = match asked.format {
        Format::Text => text.into_bytes(),
        Format::Json => {
            let mut bytes = serde_json::json!({ "schema": 1, "data": told }).to_string().into_bytes();
            bytes.push(b'\n');
            bytes
        }
    };
    match &asked.sources.output {
        None => _ = print(&bytes)?,
        Some(path) => fs::write(path, bytes).map_err(|error| CommandError::failed(format!("{}: {error}", path.display())))?,
    }
    if gaps > 0 {
        eprintln!("palisade: not read whole: stores, writers and readers may be missing; `palisade scan` says which");
    }
    Ok(if gaps > 0 { ExitCode::from(PARTIAL) } else { ExitCode::SUCCESS })
}

fn table(text: &mut String, stores: &[&Store]) {
    let _ = writeln!(text, "{:<12} {:<36} {:<12} {:>7} {:>7}  LACKS", "KIND", "NAME", "CLASS", "WRITERS", "READERS");
    for store in stores {
        let mut lacks: Vec<&str> = store.lacks.iter().map(|lack| lack.check).collect();
        lacks.dedup();
        let lacks = if lacks.is_empty() { "-".to_owned() } else { lacks.join(" ") };
        let (name, class) = (resource_name(&store.arn), store.class.word());
        let (writers, readers) = (Store::count(&store.writers), Store::count(&store.readers));
        let _ = writeln!(text, "{:<12} {:<36} {class:<12} {writers:>7} {readers:>7}  {lacks}", store.kind, clean(&name));
    }
}

fn one(text: &mut String, store: &Store) {
    let _ = writeln!(text, "{} {}\n  class    {}: {}", store.kind, clean(store.arn.as_str()), store.class.word(), clean(&store.class_by));
    hands(text, "Who writes", &store.writers);
    hands(text, "Who reads", &store.readers);
    protections(text, "It has", &store.has);
    protections(text, "It lacks", &store.lacks);
    protections(text, "Not known", &store.unknown);
}

fn hands(text: &mut String, title: &str, hands: &[Hand]) {
    let _ = writeln!(text, "\n{title}:{}", if hands.is_empty() { " nobody that is known" } else { "" });
    for hand in hands.iter().take(MOST) {
        let _ = writeln!(text, "  {} by {}", clean(&resource_name(&hand.who)), hand.by);
        for line in hand.condition.iter().chain(&hand.evidence) {
            let _ = writeln!(text, "      {}", clean(line));
        }
    }
    if hands.len() > MOST {
        let _ = writeln!(text, "  and {} more: --format json names all", hands.len() - MOST);
    }
}

fn protections(text: &mut String, title: &str, all: &[Protection]) {
    if all.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}:");
    for one in all {
        let _ = writeln!(text, "  {}  {}", one.check, clean(&one.said));
    }
}
