//! Lists to their last page, and the details of what is on them.

use std::{collections::HashSet, future::Future};

use futures::{StreamExt, stream};

use super::{Depth, Failure, Operation, reader::Reader};
use crate::model::{Fact, Learnt, Listing};

/// One page of a list.
pub(super) struct Page<T> {
    items: Option<Vec<T>>,
    next: Option<String>,
}

impl<T> Page<T> {
    /// A page as the SDK gives it: no items at all are an answer without its list.
    pub(super) fn new(items: Option<Vec<T>>, next: Option<String>) -> Self {
        Self { items, next: next.filter(|token| !token.is_empty()) }
    }

    /// A page of an operation whose documentation leaves the list out when nothing is in it.
    pub(super) fn omitted_when_empty(items: Option<Vec<T>>, next: Option<String>) -> Self {
        Self::new(Some(items.into_iter().flatten().collect()), next)
    }
}

/// A list inside a resource is one fact: all or nothing.
pub(super) fn whole<T>(listing: Listing<T>) -> Fact<Vec<T>> {
    match listing.gap {
        None => Fact::Known(listing.items),
        Some(gap) => gap.into(),
    }
}

impl Reader {
    /// All pages of a list that `operation` gives; `page` asks for one, from a token on.
    pub(super) async fn pages<T, F>(&self, operation: &'static Operation, page: impl FnMut(Option<String>) -> F) -> Listing<T>
    where
        F: Future<Output = Result<Page<T>, Failure>>,
    {
        self.pages_within(operation, usize::MAX, page).await
    }

    /// At most `most` pages of a list that `operation` gives; when there are more the list is not complete, and says so.
    pub(super) async fn pages_within<T, F>(
        &self,
        operation: &'static Operation,
        most: usize,
        mut page: impl FnMut(Option<String>) -> F,
    ) -> Listing<T>
    where
        F: Future<Output = Result<Page<T>, Failure>>,
    {
        let mut items = Vec::new();
        let mut seen = HashSet::new();
        let mut token = None;
        let failure = loop {
            match page(token.take()).await {
                Err(failure) => break Some(failure),
                Ok(Page { items: None, .. }) => break Some(operation.broken("the answer lacks its list")),
                Ok(Page { items: Some(more), next }) => {
                    items.extend(more);
                    match next {
                        None => break None,
                        Some(next) if !seen.insert(next.clone()) => {
                            break Some(operation.broken("the same page token came twice: the list may not be whole"));
                        }
                        Some(_) if seen.len() >= most => {
                            break Some(operation.broken(&format!("truncated: only the first {} are read", items.len())));
                        }
                        Some(next) => token = Some(next),
                    }
                }
            }
            self.progress().await;
        };
        Listing { items, gap: failure.map(|failure| self.gap(failure)) }
    }

    /// Turns what the SDK gave into what the model keeps; an entry without its name makes the list incomplete.
    pub(super) fn converted<T, U>(&self, operation: &Operation, listing: Listing<T>, convert: impl FnMut(T) -> Option<U>) -> Listing<U> {
        let Listing { items, mut gap } = listing;
        let count = items.len();
        let items: Vec<U> = items.into_iter().filter_map(convert).collect();
        if items.len() < count && gap.is_none() {
            gap = Some(self.gap(operation.broken("an entry has no name or ARN")));
        }
        Listing { items, gap }
    }

    /// Asks `detail` of every item, and hands over what comes back; below [`Depth::Full`] nothing.
    pub(super) async fn details<T, F>(&self, items: Vec<T>, mut detail: impl FnMut(T) -> F, learnt: impl Fn(Box<T>) -> Learnt)
    where
        F: Future<Output = T>,
    {
        self.expect(items.len());
        if self.depth() < Depth::Full {
            self.done(items.len());
            return;
        }
        let learnt = &learnt;
        let reads = items.into_iter().map(|item| {
            let read = detail(item);
            async move { learnt(Box::new(read.await)) }
        });
        self.hand_over(reads).await;
    }

    /// Reads sixteen at a time, for the pacers bound the calls. What comes in together is handed over together.
    pub(super) async fn hand_over<F: Future<Output = Learnt>>(&self, reads: impl IntoIterator<Item = F>) {
        const AT_ONCE: usize = 16;
        let mut batches = stream::iter(reads).buffer_unordered(AT_ONCE).ready_chunks(AT_ONCE);
        while let Some(batch) = batches.next().await {
            self.done(batch.len());
            self.post(batch).await;
        }
    }
}
