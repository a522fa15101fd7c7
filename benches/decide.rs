//! Decisions: how many a second on the cases of the engine, and how soon an account of 10,000 roles can be asked.
//!
//! `cargo bench --no-default-features --bench decide`

mod account;
mod budget;

use std::{process::ExitCode, sync::Arc};

use palisade::iam::{Account, Caller, Case, Library, decide};

/// How often all cases are decided.
const ROUNDS: usize = 20;
/// Decisions a second on one core that are promised.
const PROMISED: f64 = 200_000.0;

fn main() -> ExitCode {
    let mut figures = budget::Figures::default();
    let packed: &[u8] = include_bytes!("../tests/iam/cases.jsonl.zst");
    let text = zstd::decode_all(packed).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let (read, cases) = budget::worked(|| text.lines().filter_map(|line| Case::parse(line).ok()).collect::<Vec<_>>());
    println!("{} cases, {} kB", cases.len(), text.len() / 1024);
    let (took, proofs) = budget::worked(|| {
        let all = (0..ROUNDS).flat_map(|_| &cases);
        all.map(|case| decide(&case.request, &case.policies).proof.len()).sum::<usize>()
    });
    let decisions = (cases.len() * ROUNDS) as f64;
    println!("{proofs} statements in proofs");
    figures.tell("reading all cases", read, "ms", None);
    figures.tell("a thousand decisions", took / decisions * 1e3, "ms", Some(1e6 / PROMISED));
    figures.tell("decisions a second", decisions / took * 1e3, "", None);

    let posture = account::posture(30_000);
    let roles = posture.identity.roles.items.len();
    let (parsed, library) = budget::worked(|| Arc::new(Library::new(&posture)));
    figures.tell(&format!("policies of {roles} roles and 30,000 functions parsed"), parsed, "ms", None);
    let (made, account) = budget::worked(|| Account::new(&posture, Arc::clone(&library)));
    figures.tell("the account made", made, "ms", Some(50.0));
    let ask = |account: &Account<'_>| {
        let resources = posture.functions().map(|(_, function)| function.arn.as_str()).step_by(3);
        let asked = posture.identity.roles.items.iter().zip(resources).map(|(role, resource)| {
            let caller = Caller::Principal(role.arn.as_str().to_owned());
            account.can(&caller, "lambda:InvokeFunction", resource, &[]).map_or(0, |decision| decision.proof.len())
        });
        asked.sum::<usize>()
    };
    let (first, _) = budget::worked(|| ask(&account));
    let (again, _) = budget::worked(|| ask(&account));
    figures.tell("every role asked once, for the first time", first, "ms", None);
    figures.tell("and again", again, "ms", None);
    if let Some(highest) = budget::memory("VmHWM") {
        figures.tell("memory at its highest", highest, "MB", None);
    }
    figures.code()
}
