//! What was found out about the account that is shown, while the screens went on.

use crate::paths::{DataUses, Doors, Found, Node, Path, Question, Radius};

/// Answers to what the screens asked last, each with the generation of the world that it is about.
#[derive(Debug, Clone, Default)]
pub struct Insight {
    paths: Option<(u64, Vec<Path>)>,
    radius: Option<(u64, Radius)>,
    data: Option<(u64, DataUses)>,
    doors: Option<(u64, Doors)>,
}

impl Insight {
    /// Keeps an answer in place of the one before.
    pub fn learn(&mut self, generation: u64, found: Found) {
        match found {
            Found::Paths(paths) => self.paths = Some((generation, paths)),
            Found::Data(uses) => self.data = Some((generation, uses)),
            Found::Doors(doors) => self.doors = Some((generation, doors)),
            Found::Reach(radius) => self.radius = Some((generation, radius)),
        }
    }

    /// Whether the answer to `question` is there, and about this generation.
    pub fn knows(&self, question: &Question, generation: u64) -> bool {
        match question {
            Question::Paths => self.paths.as_ref().is_some_and(|(of, _)| *of == generation),
            Question::Data => self.data.as_ref().is_some_and(|(of, _)| *of == generation),
            Question::Doors => self.doors.as_ref().is_some_and(|(of, _)| *of == generation),
            Question::Reach(subject) => self.radius.as_ref().is_some_and(|(of, radius)| *of == generation && radius.subject == *subject),
        }
    }

    /// The attack paths, once they are worked out; perhaps those of the reading before.
    pub fn paths(&self) -> Option<&[Path]> {
        self.paths.as_ref().map(|(_, paths)| paths.as_slice())
    }

    /// Which answer [`Insight::paths`] is.
    pub fn paths_of(&self) -> Option<u64> {
        self.paths.as_ref().map(|(generation, _)| *generation)
    }

    /// Which roles may use what holds data, and which answer that is; perhaps that of the reading before.
    pub fn data(&self) -> Option<(u64, &DataUses)> {
        self.data.as_ref().map(|(generation, uses)| (*generation, uses))
    }

    /// Who outside may call or send to what, and which answer that is; perhaps that of the reading before.
    pub fn doors(&self) -> Option<(u64, &Doors)> {
        self.doors.as_ref().map(|(generation, doors)| (*generation, doors))
    }

    /// The blast radius of `subject`, if it was asked for last.
    pub fn reach(&self, subject: &Node) -> Option<&Radius> {
        self.radius.as_ref().map(|(_, radius)| radius).filter(|radius| radius.subject == *subject)
    }
}
