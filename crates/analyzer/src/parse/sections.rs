//! stub
use crate::source::{Role, Span};
pub struct Section { pub title: String, pub body: Span, pub not_captured: bool }
impl Section { pub fn role(&self) -> Role { Role::Section { title: self.title.clone() } } }
pub fn sections(_: &str) -> Vec<Section> { vec![] }
pub fn looks_like_sections(_: &str) -> bool { false }
