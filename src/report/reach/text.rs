//! Answers for people: paths as numbered stories, a blast radius in the account's own counts.

use std::io::{self, Write};

use super::{Answer, Told};
use crate::{
    model::text::clean,
    paths::{Access, Confidence, Hop, Node, Path, Proof, Radius, Reacher, Total, Touched, Via, names, technique_in_words},
    world::Origin,
};

pub(super) fn write(told: &Told<'_>, out: &mut dyn Write) -> io::Result<()> {
    let origin = match told.origin {
        Origin::Demo => "demo account".to_owned(),
        Origin::Snapshot(path) => format!("snapshot {}", clean(path)),
        Origin::Live => "live".to_owned(),
    };
    writeln!(out, "Palisade · account {} · {origin} · taken {}", clean(&told.posture.account), told.posture.taken_at)?;
    writeln!(out)?;
    match &told.answer {
        Answer::Paths(paths) => stories(paths, out),
        Answer::Reach(radius) => reach(radius, out),
        Answer::Who { resource, principals } => who(&Node::from(resource), principals, out),
    }
}

fn stories(paths: &[Path], out: &mut dyn Write) -> io::Result<()> {
    match paths.len() {
        0 => return writeln!(out, "No path found in what was read."),
        1 => writeln!(out, "1 path")?,
        many => writeln!(out, "{many} paths, the surest and shortest first")?,
    }
    for (number, one) in (1..).zip(paths) {
        writeln!(out)?;
        path(number, one, out)?;
        let also: Vec<String> = (1..)
            .zip(paths)
            .filter(|(other, path)| *other != number && one.cheapest_break().is_some_and(|hop| path.takes(hop)))
            .map(|(other, _)| other.to_string())
            .collect();
        if !also.is_empty() {
            writeln!(out, "               {} {} with it", if also.len() == 1 { "path" } else { "paths" }, also.join(", "))?;
        }
    }
    Ok(())
}

/// One story.
pub(super) fn path(number: usize, path: &Path, out: &mut dyn Write) -> io::Result<()> {
    let steps = path.hops.len();
    let confidence = match path.confidence {
        Confidence::Certain => "certain",
        Confidence::NeedsTrigger => "needs a trigger",
        Confidence::Conditional => "conditional",
    };
    writeln!(
        out,
        "{number}  {} → {}   {steps} {} · {confidence} · {}",
        path.from.label(),
        path.to.label(),
        if steps == 1 { "step" } else { "steps" },
        path.id
    )?;
    writeln!(out, "   {}", called(&path.from))?;
    hops(&path.hops, "   ", out)?;
    if let Some(hop) = path.cheapest_break() {
        let gain = if path.gain > 0.0 { format!(", score +{:.1}", path.gain) } else { String::new() };
        let proof = hop.proof.first().map_or_else(String::new, |proof| format!(": {}", proven(proof)));
        writeln!(out, "   break here: step {}{gain}{proof}", path.break_at + 1)?;
    }
    Ok(())
}

fn hops(hops: &[Hop], margin: &str, out: &mut dyn Write) -> io::Result<()> {
    for (number, hop) in (1..).zip(hops) {
        let actions = if hop.actions.is_empty() { String::new() } else { format!(": {}", clean(&hop.actions.join(", "))) };
        writeln!(out, "{margin}{number} → {}   {}{actions}", called(&hop.to), hop.technique)?;
        if let Some(words) = technique_in_words(hop.technique) {
            writeln!(out, "{margin}    {words}")?;
        }
        if hop.needs_trigger {
            writeln!(out, "{margin}    wait     somebody or something else must still do its part")?;
        }
        if let Some(condition) = &hop.condition {
            writeln!(out, "{margin}    open     {}", clean(condition))?;
        }
        for proof in &hop.proof {
            writeln!(out, "{margin}    because  {}", proven(proof))?;
        }
    }
    Ok(())
}

/// A node by its name, and by its ARN where it has one.
fn called(node: &Node) -> String {
    match node.arn() {
        Some(arn) => format!("{} ({})", node.label(), clean(arn.as_str())),
        None => node.label(),
    }
}

fn proven(proof: &Proof) -> String {
    let statement = if proof.statement.is_empty() { String::new() } else { format!(", {}", clean(&proof.statement)) };
    format!("{}{statement} at {}", clean(&proof.policy), clean(&proof.pointer))
}

fn reach(radius: &Radius, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", called(&radius.subject))?;
    let admin = if radius.admin {
        "can become administrator: everything in the account is within reach"
    } else {
        "cannot become administrator, as far as was read"
    };
    writeln!(out, "  {admin}")?;
    for (kind, Total { reached, of }) in &radius.totals {
        writeln!(out, "  {reached} of {of} {kind}{}", if *of == 1 { "" } else { "s" })?;
    }
    for (via, title) in [(Via::Direct, "By its own permissions"), (Via::Escalation, "By becoming somebody else first")] {
        let groups = radius.alike(via);
        writeln!(out)?;
        if groups.is_empty() {
            writeln!(out, "{title}: nothing that was read")?;
            continue;
        }
        writeln!(out, "{title}:")?;
        for alike in groups {
            resources(&alike, out)?;
        }
    }
    Ok(())
}

fn resources(alike: &[&Touched], out: &mut dyn Write) -> io::Result<()> {
    const MOST: usize = 8;
    let Some(Touched { kind, access, condition, proof, .. }) = alike.first() else { return Ok(()) };
    let count = if alike.len() == 1 { (*kind).to_owned() } else { format!("{} {kind}s", alike.len()) };
    writeln!(out, "  {count:<14} {}: {}", Access::words(access), names(alike, MOST))?;
    if let Some(condition) = condition {
        writeln!(out, "      open     {}", clean(condition))?;
    }
    proof.iter().try_for_each(|proof| writeln!(out, "      because  {}", proven(proof)))
}

fn who(resource: &Node, principals: &[Reacher], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", called(resource))?;
    if principals.is_empty() {
        return writeln!(out, "  nobody that was read can reach it");
    }
    let direct = principals.iter().filter(|one| one.via == Via::Direct).count();
    writeln!(out, "  {} can reach it: {direct} directly, {} by escalation", principals.len(), principals.len() - direct)?;
    for one in principals {
        writeln!(out)?;
        let via = if one.via == Via::Direct { "directly" } else { "by escalation" };
        writeln!(out, "{}   {} · {via}", called(&one.node), Access::words(&one.access))?;
        hops(&one.hops, "  ", out)?;
    }
    Ok(())
}
