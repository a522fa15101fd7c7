//! `palisade can`: one decision with its proof, or a batch of them.

use std::{
    io::{self, BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
};

use super::{CommandError, PARTIAL, cases, configured, snapshots};
use crate::{
    cli::{Can, Format},
    iam::{Account, Caller, Library},
    model::{Arn, Posture, text},
    paths::{Wanted, locate},
    report::decision::{self, Answer},
    store::{self, Folders},
};

pub(super) fn run(asked: &Can) -> Result<ExitCode, CommandError> {
    if let Some(file) = &asked.cases {
        return cases::run(file);
    }
    let (Some(principal), Some(action), Some(resource)) = (&asked.principal, &asked.action, &asked.resource) else {
        return Err(CommandError::usage("a decision needs PRINCIPAL, ACTION and RESOURCE; `palisade can --help` shows examples"));
    };
    if !action.contains(':') && action != "*" {
        return Err(CommandError::usage(format!(
            "{:?} is no action: it takes a service, as in lambda:InvokeFunction",
            text::clean(action)
        )));
    }
    let keys: Vec<(&str, &str)> = asked.context.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let postures = postures(asked)?;
    let posture = choose(&postures, [principal, resource])?;
    let caller = caller(posture, principal).map_err(CommandError::usage)?;
    let resource = located(posture, resource).map_err(CommandError::usage)?;
    let account = Account::new(posture, Library::new(posture).into());
    let decided = account.can(&caller, action, &resource, &keys);
    let answer = Answer {
        principal: match &caller {
            Caller::Principal(name) | Caller::Service(name) | Caller::Federated(name) => name,
            Caller::Anonymous => "anyone",
        },
        action,
        resource: &resource,
        decision: &decided,
        unread: account.library().unread_controls().filter(|_| matches!(caller, Caller::Principal(_))),
    };
    let mut out = BufWriter::new(io::stdout().lock());
    match asked.format {
        Format::Text => decision::text(&answer, &mut out)?,
        Format::Json => decision::json(&answer, &mut out)?,
    }
    out.flush()?;
    Ok(if decided.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(PARTIAL) })
}

/// What could be meant: nothing is read from AWS for this.
fn postures(asked: &Can) -> Result<Vec<Posture>, CommandError> {
    if asked.demo {
        return Ok(vec![(*snapshots::demo(&configured()?).posture).clone()]);
    }
    let files: Vec<PathBuf> = match &asked.snapshot {
        Some(path) => store::snapshots_in(path)?,
        None => match Folders::find().map(|folders| folders.snapshots()) {
            Some(folder) if folder.is_dir() => store::snapshots_in(&folder)?,
            _ => Vec::new(),
        },
    };
    if files.is_empty() {
        let message =
            "there is no snapshot to ask: `palisade collect -o FILE` makes one for --snapshot FILE, and --demo asks the demo account";
        return Err(CommandError::failed(message));
    }
    files.iter().map(|file| Ok(store::load(file)?)).collect()
}

/// The newest posture of the account that one of `names` is of; the only one, when they do not say.
fn choose<'a>(postures: &'a [Posture], names: [&String; 2]) -> Result<&'a Posture, CommandError> {
    let newest = |postures: &mut dyn Iterator<Item = &'a Posture>| postures.max_by_key(|posture| posture.taken_at);
    for name in names {
        let arn = Arn::new(name.as_str());
        if let Some(posture) = newest(&mut postures.iter().filter(|posture| posture.account == arn.account())) {
            return Ok(posture);
        }
    }
    let Some(posture) = newest(&mut postures.iter()) else { return Err(CommandError::failed("there is no snapshot to ask")) };
    if postures.iter().any(|other| other.account != posture.account) {
        return Err(CommandError::usage(
            "there are snapshots of several accounts: name PRINCIPAL or RESOURCE by ARN, or the file by --snapshot",
        ));
    }
    Ok(posture)
}

/// Who is meant by an ARN, `*`, `anonymous`, the name of a service, or that of a role or user.
fn caller(posture: &Posture, name: &str) -> Result<Caller, String> {
    if matches!(name, "*" | "anonymous") {
        return Ok(Caller::Anonymous);
    }
    if name.starts_with("arn:") || name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn") {
        let arn = Arn::new(name);
        let is_provider =
            arn.service() == "iam" && ["saml-provider/", "oidc-provider/"].iter().any(|kind| arn.resource().starts_with(kind));
        return Ok(if is_provider { Caller::Federated(name.to_owned()) } else { Caller::named(name) });
    }
    let identity = &posture.identity;
    let arns = identity.roles.items.iter().map(|role| &role.arn).chain(identity.users.items.iter().map(|user| &user.arn));
    let found: Vec<&Arn> = arns.filter(|arn| arn.name() == name || arn.resource() == name).collect();
    match found.as_slice() {
        [one] => Ok(Caller::Principal(one.as_str().to_owned())),
        [] => Err(format!(
            "there is no role or user {:?} in the account; `anonymous`, a service or an ARN will do as well",
            text::clean(name)
        )),
        several => {
            let names: Vec<_> = several.iter().map(|arn| text::clean(arn.as_str())).collect();
            Err(format!("{:?} is the name of several, say which by its ARN: {}", text::clean(name), names.join(", ")))
        }
    }
}

/// The resource's ARN: of what has that name, if it is none.
fn located(posture: &Posture, name: &str) -> Result<String, String> {
    if name == "*" || name.starts_with("arn:") {
        return Ok(name.to_owned());
    }
    let node = locate(posture, name, Wanted::Anything)?;
    node.arn().map(|arn| arn.as_str().to_owned()).ok_or_else(|| format!("{node} is no resource: give an ARN or a name"))
}
