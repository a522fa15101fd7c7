//! Which of the paths are listed, and in which order. A path keeps its number however it is listed.

use crate::paths::{Hop, Node, Path};

/// Where listed paths begin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum From {
    #[default]
    Anywhere,
    Internet,
    Outside,
    Inside,
}

impl From {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Anywhere => "anywhere",
            Self::Internet => "internet",
            Self::Outside => "outside",
            Self::Inside => "inside",
        }
    }

    const fn next(self) -> Self {
        match self {
            Self::Anywhere => Self::Internet,
            Self::Internet => Self::Outside,
            Self::Outside => Self::Inside,
            Self::Inside => Self::Anywhere,
        }
    }

    fn admits(self, path: &Path) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Internet => path.from == Node::Internet,
            Self::Outside => path.from.is_outside(),
            Self::Inside => !path.from.is_outside(),
        }
    }
}

/// Where listed paths end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum To {
    #[default]
    AdminOrData,
    Admin,
    Data,
}

impl To {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::AdminOrData => "admin or data",
            Self::Admin => "admin",
            Self::Data => "data",
        }
    }

    const fn next(self) -> Self {
        match self {
            Self::AdminOrData => Self::Admin,
            Self::Admin => Self::Data,
            Self::Data => Self::AdminOrData,
        }
    }

    fn admits(self, path: &Path) -> bool {
        match self {
            Self::AdminOrData => true,
            Self::Admin => path.to == Node::Admin,
            Self::Data => path.to != Node::Admin,
        }
    }
}

/// What listed paths are ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Sort {
    /// The surest and shortest first, as they were found.
    #[default]
    Rank,
    Hops,
    Gain,
    From,
    To,
}

impl Sort {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Rank => "rank",
            Self::Hops => "hops",
            Self::Gain => "gain",
            Self::From => "from",
            Self::To => "to",
        }
    }

    const fn next(self) -> Self {
        match self {
            Self::Rank => Self::Hops,
            Self::Hops => Self::Gain,
            Self::Gain => Self::From,
            Self::From => Self::To,
            Self::To => Self::Rank,
        }
    }
}

/// Which paths, and in which order.
#[derive(Debug, Default)]
pub(super) struct Selection {
    pub(super) from: From,
    pub(super) to: To,
    pub(super) sort: Sort,
    /// Only those that begin, pass or end here.
    pub(super) touching: Option<Node>,
    /// Places among the paths that were found.
    pub(super) rows: Vec<usize>,
}

impl Selection {
    pub(super) fn next_from(&mut self) {
        self.from = self.from.next();
    }

    pub(super) fn next_to(&mut self) {
        self.to = self.to.next();
    }

    pub(super) fn next_sort(&mut self) {
        self.sort = self.sort.next();
    }

    /// Works out the rows anew.
    pub(super) fn choose(&mut self, paths: &[Path]) {
        let Self { from, to, sort, touching, .. } = self;
        let admits = |path: &Path| from.admits(path) && to.admits(path) && touching.as_ref().is_none_or(|node| path.touches(node));
        let mut rows: Vec<(usize, &Path)> = paths.iter().enumerate().filter(|(_, path)| admits(path)).collect();
        // Equals keep their rank.
        match sort {
            Sort::Rank => {}
            Sort::Hops => rows.sort_by_key(|(_, path)| path.hops.len()),
            Sort::Gain => rows.sort_by(|(_, a), (_, b)| b.gain.total_cmp(&a.gain)),
            Sort::From => rows.sort_by(|(_, a), (_, b)| a.from.cmp(&b.from)),
            Sort::To => rows.sort_by(|(_, a), (_, b)| a.to.cmp(&b.to)),
        }
        self.rows = rows.into_iter().map(|(place, _)| place).collect();
    }
}

/// The numbers of the paths that are no more without `step`.
pub(super) fn vanishing(paths: &[Path], step: &Hop) -> Vec<usize> {
    (1..).zip(paths).filter(|(_, path)| path.takes(step)).map(|(number, _)| number).collect()
}

/// The points of the score that taking `step` away is known to give back: where a path is cheapest to break there.
pub(super) fn gain(paths: &[Path], step: &Hop) -> Option<f64> {
    let here = paths.iter().filter(|path| path.cheapest_break().is_some_and(|hop| hop.is_same_step(step)));
    here.map(|path| path.gain).filter(|gain| *gain > 0.0).max_by(f64::total_cmp)
}
