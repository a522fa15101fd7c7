//! Where each check was seen to find its flaw: on an emulator, on a stub, or on a posture; and what that leaves open.
//!
//! The postures are those of the planted account in the core, which has two flaws of every check but for [`NEVER`].

use std::{collections::BTreeSet, fmt::Write as _};

use palisade::checks;

use crate::flaws::{FLAWS, ON_POSTURES, Row, Says};

/// Checks whose flaw is found by a scan of what a stub answers, in words of AWS's documentation.
const ON_STUB: &[&str] = &["FN-009", "FN-014", "MV-004"];

/// Checks that never fail, so that there is nothing to prove but that they say so.
const NEVER: &[(&str, &str)] = &[
    ("DP-007", "never decided: the SDK cannot ask KMS when a key was last used"),
    ("FN-012", "never decided: code is not read"),
    ("FN-028", "never decided: no client can ask for a customer-managed runtime"),
    ("MV-006", "never decided: log events are not read"),
];

/// What is open of checks that no emulator shows failing.
const OPEN: &[(&str, &str)] = &[
    ("IR-008", "a scan against the baseline of a snapshot: no test goes from one scan to the next"),
    ("FN-009 FN-014 MV-004", "no emulator holds the setting: what AWS answers is as its documentation says, which the stub plays"),
    ("FN-010", "neither emulator says how an image was scanned"),
    ("FN-013", "neither emulator has findings of Inspector; the stub has, and no scan of it is asked for the verdict"),
    ("FN-025", "nothing on an emulator is older than the test, so that nothing was unused for ninety days"),
    ("FN-026 FN-027", "no emulator has Web Functions or MicroVMs; the stub has, and no scan of it is asked for the verdict"),
    ("IA-007", "neither emulator says when a role last used a service; the stub does, and no scan of it is asked for the verdict"),
    ("IR-001", "neither emulator has findings of GuardDuty; the stub has, and no scan of it is asked for the verdict"),
    ("IR-004", "the root user asks on an emulator, who may do everything"),
    ("IR-009", "neither emulator finds drift"),
    ("IR-014", "neither emulator has Incident Manager, whose plans would do, so that it stays unknown"),
    ("MV-010 MV-011", "neither emulator has event data stores, without which it stays unknown"),
];

/// Where one check was proved.
struct Proof {
    check: &'static str,
    moto: bool,
    ministack: bool,
    stub: bool,
    posture: bool,
    open: Option<&'static str>,
}

fn proofs() -> Vec<Proof> {
    let open = |id: &str| {
        let never = NEVER.iter().find(|(check, _)| *check == id).map(|(_, why)| *why);
        never.or_else(|| OPEN.iter().find(|(checks, _)| checks.split(' ').any(|check| check == id)).map(|(_, why)| *why))
    };
    let proof = |check: &'static checks::Check| {
        let id = check.id;
        let shows = |on: fn(&Row) -> Says| FLAWS.iter().any(|row| row.0 == id && matches!(on(row), Says::Fail));
        Proof {
            check: id,
            moto: shows(|row| row.2),
            ministack: shows(|row| row.3),
            stub: ON_STUB.contains(&id),
            posture: NEVER.iter().all(|(never, _)| *never != id),
            open: open(id),
        }
    };
    checks::all().map(proof).collect()
}

/// The proofs as a table, for whoever wants to read it: `cargo test proofs -- --nocapture`.
fn table(proofs: &[Proof]) -> String {
    let mut text = "| check | moto | ministack | stub | posture | open |\n|---|---|---|---|---|---|\n".to_owned();
    let cell = |holds: bool| if holds { "found" } else { "–" };
    for Proof { check, moto, ministack, stub, posture, open } in proofs {
        let [moto, ministack, stub, posture] = [moto, ministack, stub, posture].map(|holds| cell(*holds));
        let open = open.unwrap_or("nothing but AWS itself");
        writeln!(text, "| {check} | {moto} | {ministack} | {stub} | {posture} | {open} |").unwrap();
    }
    text
}

#[test]
fn every_check_is_proved_somewhere_and_what_is_open_is_said() {
    let proofs = proofs();
    println!("{}", table(&proofs));
    for Proof { check, moto, ministack, stub, posture, open } in &proofs {
        let on_emulator = *moto || *ministack;
        let proved = on_emulator || *stub || *posture;
        assert_eq!(proved, NEVER.iter().all(|(never, _)| never != check), "{check}");
        // What an emulator shows needs no excuse, and all else needs one.
        assert_eq!(on_emulator, open.is_none(), "{check}: {open:?}");
    }
    let told: Vec<&str> = OPEN.iter().flat_map(|(checks, _)| checks.split(' ')).chain(NEVER.iter().map(|(check, _)| *check)).collect();
    let once: BTreeSet<&str> = told.iter().copied().collect();
    assert_eq!(once.len(), told.len(), "told twice");
    assert_eq!(told.iter().find(|id| checks::find(id).is_none()), None);
    let proved_here_only = proofs.iter().filter(|proof| ON_POSTURES.contains(&proof.check));
    assert_eq!(proved_here_only.filter(|proof| proof.moto || proof.ministack).count(), 0);
}
