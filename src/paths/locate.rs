//! From what people write to the node they mean.

use super::{Node, resource_name};
use crate::model::{Arn, Posture, text};

/// What somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Somebody who acts: a function, a role, a user.
    Actor,
    /// Anything.
    Anything,
}

/// How many candidates a refusal names.
const MOST: usize = 4;

/// The node of `posture` that `name` stands for: one of the words of [`Node`], an ARN, or a name that only one of the things
/// in question has (`orders`, `fn:orders`).
///
/// # Errors
/// Says in one line why there is none, and what to write instead.
pub fn locate(posture: &Posture, name: &str, wanted: Wanted) -> Result<Node, String> {
    let node = Node::parse(name);
    let Some(arn) = node.arn() else { return Ok(node) };
    let arns = posture.arns();
    if name.starts_with("arn:") {
        return known(posture, &arns, arn).ok_or_else(|| missing(posture, &arns, name));
    }
    let mut found: Vec<&Arn> =
        arns.iter().copied().filter(|arn| arn.name() == name || arn.resource() == name || resource_name(arn) == name).collect();
    if found.len() > 1 {
        // Whoever asks what a name can do does not mean the log group of that name.
        let actors: Vec<&Arn> = found.iter().copied().filter(|arn| acts(arn)).collect();
        if wanted == Wanted::Actor && !actors.is_empty() {
            found = actors;
        }
    }
    match found.as_slice() {
        [] => Err(missing(posture, &arns, name)),
        [one] => Ok(Node::from(*one)),
        several => {
            let mut names: Vec<String> = several.iter().take(MOST).map(|arn| text::clean(arn.as_str()).into_owned()).collect();
            if several.len() > MOST {
                names.push(format!("{} more", several.len() - MOST));
            }
            Err(format!("{:?} is the name of several: say which by its ARN: {}", text::clean(name), names.join(", ")))
        }
    }
}

fn acts(arn: &Arn) -> bool {
    let resource = arn.resource();
    match arn.service() {
        "lambda" => resource.starts_with("function:"),
        "iam" => resource.starts_with("role/") || resource.starts_with("user/"),
        _ => false,
    }
}

/// The node of an ARN: of this account only what was read, of others and of identity providers whatever is asked for.
fn known(posture: &Posture, arns: &[&Arn], arn: &Arn) -> Option<Node> {
    let read = |arn: &Arn| arns.binary_search(&arn).is_ok();
    let whole = Arn::new(arn.as_str().trim_end_matches(":*"));
    let bucket = (arn.service() == "s3").then(|| Arn::new(arn.as_str().split('/').next().unwrap_or_default()));
    for candidate in [Some(arn.clone()), Some(arn.unqualified()), Some(whole), bucket].into_iter().flatten() {
        if read(&candidate) {
            return Some(Node::Resource(candidate));
        }
    }
    let elsewhere = !arn.account().is_empty() && arn.account() != posture.account && arn.account() != "aws";
    let provider = arn.service() == "iam" && arn.resource().split_once('/').is_some_and(|(kind, _)| kind.ends_with("-provider"));
    (elsewhere || provider || *arn == posture.root()).then(|| Node::from(arn))
}

fn missing(posture: &Posture, arns: &[&Arn], name: &str) -> String {
    let blind = posture.blind().count();
    let unread = match blind {
        0 => String::new(),
        1 => " (1 source was not read whole)".to_owned(),
        many => format!(" ({many} sources were not read whole)"),
    };
    let tail = name.rsplit([':', '/']).next().unwrap_or(name);
    let near = arns.iter().filter(|arn| acts(arn)).map(|arn| (strsim::jaro_winkler(arn.name(), tail), arn));
    let nearest = near.filter(|(likeness, _)| *likeness > 0.8).max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = nearest.map_or_else(
        || "give an ARN of this account, or a name".to_owned(),
        |(_, arn)| format!("did you mean {}?", text::clean(arn.as_str())),
    );
    format!("account {} has no {:?}{unread}; {hint}", text::clean(&posture.account), text::clean(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo;

    #[test]
    fn names_words_and_arns_are_found() {
        let posture = demo::posture();
        let arn = posture.functions().find(|(_, function)| function.arn.name() == "webhook-in").unwrap().1.arn.clone();
        for name in ["webhook-in", "fn:webhook-in", "function:webhook-in", arn.as_str(), &format!("{arn}:live")] {
            assert_eq!(locate(&posture, name, Wanted::Actor), Ok(Node::from(&arn)), "{name}");
        }
        assert_eq!(locate(&posture, "internet", Wanted::Actor), Ok(Node::Internet));
        let foreign = "arn:aws:iam::999999999999:role/x";
        assert_eq!(locate(&posture, foreign, Wanted::Actor).unwrap().to_string(), foreign);
    }

    #[test]
    fn what_is_not_there_is_refused_with_what_is_near() {
        let posture = demo::posture();
        let refusal = locate(&posture, "webhook-inn", Wanted::Actor).unwrap_err();
        assert!(refusal.contains("function:webhook-in?") && refusal.contains("not read whole"), "{refusal}");
        let hostile = locate(&posture, "x\u{1b}[2J", Wanted::Actor).unwrap_err();
        assert!(!hostile.contains('\u{1b}'), "{hostile}");
        let arn = format!("arn:aws:iam::{}:role/never", posture.account);
        assert!(locate(&posture, &arn, Wanted::Anything).is_err());
    }
}
