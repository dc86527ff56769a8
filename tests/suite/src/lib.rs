//! Whole bundles under test: the example bundles and how they are made, their expectations, and the
//! forms, mutations and checks that the tests share.

pub mod catalogue;
pub mod compact;
pub mod docs;
pub mod expect;
pub mod figures;
pub mod load;
pub mod mutate;
pub mod pack;
pub mod readme;
pub mod tables;
pub mod worlds;

/// Files of a bundle: path to content.
pub type Files = std::collections::BTreeMap<String, Vec<u8>>;
