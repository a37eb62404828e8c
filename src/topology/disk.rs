//! The disk that is needed to make what is not there: images by figures that were measured, new volumes by what they hold at first.
//!
//! Pure: what is free is a number here.

use serde::Serialize;

use crate::model::facts;

/// What the engine's disk has to take before everything is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Demand {
    /// What takes it, with its bytes; the largest first.
    pub shares: Vec<(String, u64)>,
    /// Images that nobody measured: they need more than is counted.
    pub unknown: Vec<String>,
}

/// Whether new volumes come with the images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Data {
    New,
    /// There already, or not asked for.
    Kept,
}

impl Demand {
    #[must_use]
    pub fn of<'a>(images: impl IntoIterator<Item = &'a str>, data: Data) -> Self {
        let mut demand = Self::default();
        for name in images {
            match facts::image_bytes(name) {
                Some(bytes) => demand.shares.push((format!("image/{name}"), bytes)),
                None => demand.unknown.push(format!("image/{name}")),
            }
        }
        if data == Data::New {
            demand.shares.push(("new volumes".to_string(), facts::first_data_bytes()));
        }
        demand.shares.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        demand
    }

    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.shares.iter().map(|(_, bytes)| bytes).sum()
    }

    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.shares.is_empty() && self.unknown.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_is_the_sum_of_what_is_made() {
        let demand = Demand::of(["kafka", "job-my-jar"], Data::New);
        let named: Vec<&str> = demand.shares.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(named, ["image/job-my-jar", "new volumes", "image/kafka"]);
        assert_eq!(demand.bytes(), demand.shares.iter().map(|(_, bytes)| bytes).sum::<u64>());
        assert!(demand.unknown.is_empty());
    }

    #[test]
    fn an_image_that_nobody_measured_is_named_and_not_guessed() {
        let demand = Demand::of(["grafana/grafana:11.1.0"], Data::Kept);
        assert_eq!(demand, Demand { shares: Vec::new(), unknown: vec!["image/grafana/grafana:11.1.0".to_string()] });
    }

    #[test]
    fn where_everything_is_there_nothing_is_needed() {
        assert!(Demand::of([], Data::Kept).is_nothing());
    }
}
