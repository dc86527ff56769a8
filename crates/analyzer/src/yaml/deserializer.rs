//! A serde deserializer over tree nodes.

use std::collections::BTreeSet;

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Expected, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::de::{Context, Misfit};
use super::lenient::{self, Lenient};
use super::{NodeKind, NodeRef};
use crate::source::ScalarStyle;

/// Reads one node.
#[derive(Clone, Copy)]
pub(super) struct Reader<'t, 'c> {
    pub(super) node: NodeRef<'t>,
    pub(super) context: &'c Context,
}

impl<'t, 'c> Reader<'t, 'c> {
    fn misfit(self, expected: impl std::fmt::Display) -> Misfit {
        let found = match self.node.kind() {
            NodeKind::Scalar => "",
            NodeKind::Mapping => ", found a mapping",
            NodeKind::Sequence => ", found a list",
        };
        Misfit::new(format!("expected {expected}{found}")).at(self.node)
    }

    fn take<T>(self, read: Option<Lenient<T>>, expected: &str) -> Result<T, Misfit> {
        let Lenient { value, note } = read.ok_or_else(|| self.misfit(expected))?;
        if let Some(note) = note {
            self.context.notes.borrow_mut().push((self.node.id(), note));
        }
        Ok(value)
    }

    fn integer<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let value = self.take(lenient::integer(self.node), "a whole number")?;
        match (u64::try_from(value), i64::try_from(value)) {
            (Ok(value), _) => visitor.visit_u64(value),
            (_, Ok(value)) => visitor.visit_i64(value),
            _ => visitor.visit_i128(value),
        }
        .map_err(|error: Misfit| error.at(self.node))
    }

    fn float<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let value = self.take(lenient::float(self.node), "a number")?;
        visitor.visit_f64(value).map_err(|error: Misfit| error.at(self.node))
    }

    fn text<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.node.text() {
            Some(text) if !self.node.is_null() => {
                visitor.visit_borrowed_str(text).map_err(|error: Misfit| error.at(self.node))
            }
            _ => Err(self.misfit(&visitor as &dyn Expected)),
        }
    }

    fn sequence<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.node.kind() != NodeKind::Sequence {
            return Err(self.misfit("a list"));
        }
        let items: Vec<_> = self.node.items().collect();
        let items = Items { items: items.into_iter(), context: self.context };
        visitor.visit_seq(items).map_err(|error: Misfit| error.at(self.node))
    }

    fn entries(self, nulls: bool) -> Result<Entries<'t, 'c>, Misfit> {
        if self.node.kind() != NodeKind::Mapping {
            return Err(self.misfit("a mapping"));
        }
        let masked = self.context.masked.borrow();
        let mut entries: Vec<_> = self
            .node
            .entries()
            .filter(|(key, value)| !masked.contains(&key.id()) && !masked.contains(&value.id()))
            .collect();
        let all = entries.clone();
        last_of_each(&mut entries, &all);
        entries.retain(|(_, value)| nulls || !value.is_null());
        Ok(Entries { entries: entries.into_iter(), value: None, context: self.context })
    }

    fn mapping<V: Visitor<'t>>(self, visitor: V, nulls: bool) -> Result<V::Value, Misfit> {
        visitor.visit_map(self.entries(nulls)?).map_err(|error: Misfit| error.at(self.node))
    }
}

/// Leaves of duplicate keys only the last one.
fn last_of_each<'t>(entries: &mut Vec<(NodeRef<'t>, NodeRef<'t>)>, all: &[(NodeRef<'t>, NodeRef<'t>)]) {
    let mut names: Vec<_> = all.iter().filter_map(|(key, _)| key.text()).collect();
    names.sort_unstable();
    if names.windows(2).all(|pair| pair.first() != pair.last()) {
        return;
    }
    let mut seen = BTreeSet::new();
    entries.reverse();
    entries.retain(|(key, _)| key.text().is_none_or(|name| seen.insert(name)));
    entries.reverse();
}

impl<'t> Deserializer<'t> for Reader<'t, '_> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.node.kind() {
            NodeKind::Mapping => self.mapping(visitor, true),
            NodeKind::Sequence => self.sequence(visitor),
            NodeKind::Scalar if self.node.is_null() => visitor.visit_unit(),
            NodeKind::Scalar if self.node.style() != Some(ScalarStyle::Plain) => self.text(visitor),
            NodeKind::Scalar => match self.node.text() {
                Some("true" | "True" | "TRUE") => visitor.visit_bool(true),
                Some("false" | "False" | "FALSE") => visitor.visit_bool(false),
                Some(text) if text.parse::<i128>().is_ok() => self.integer(visitor),
                _ if lenient::float(self.node).is_some() => self.float(visitor),
                _ => self.text(visitor),
            },
        }
        .map_err(|error: Misfit| error.at(self.node))
    }

    fn deserialize_bool<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let value = self.take(lenient::boolean(self.node), "true or false")?;
        visitor.visit_bool(value)
    }

    fn deserialize_i8<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.integer(visitor)
    }
    fn deserialize_i16<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.integer(visitor)
    }
    fn deserialize_i32<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.integer(visitor)
    }
    fn deserialize_i64<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.integer(visitor)
    }
    fn deserialize_i128<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.integer(visitor)
    }
    fn deserialize_u8<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.integer(visitor)
    }
    fn deserialize_u16<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.integer(visitor)
    }
    fn deserialize_u32<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.integer(visitor)
    }
    fn deserialize_u64<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.integer(visitor)
    }
    fn deserialize_u128<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.integer(visitor)
    }
    fn deserialize_f32<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.float(visitor)
    }
    fn deserialize_f64<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.float(visitor)
    }
    fn deserialize_str<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.text(visitor)
    }
    fn deserialize_string<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.text(visitor)
    }
    fn deserialize_char<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.text(visitor)
    }
    fn deserialize_identifier<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.text(visitor)
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'t>>(self, _: &'static str, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self).map_err(|error: Misfit| error.at(self.node))
    }

    fn deserialize_seq<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.sequence(visitor)
    }
    fn deserialize_tuple<V: Visitor<'t>>(self, _: usize, visitor: V) -> Result<V::Value, Misfit> {
        self.sequence(visitor)
    }
    fn deserialize_tuple_struct<V: Visitor<'t>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.sequence(visitor)
    }

    fn deserialize_map<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.mapping(visitor, true)
    }
    /// A null field of a struct reads as absent, so that its default applies.
    fn deserialize_struct<V: Visitor<'t>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        self.mapping(visitor, false)
    }

    fn deserialize_enum<V: Visitor<'t>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self.node.text() {
            Some(text) if !self.node.is_null() => {
                BorrowedStrDeserializer::new(text).deserialize_enum(name, variants, visitor)
            }
            Some(_) => Err(self.misfit("a value")),
            None => MapAccessDeserializer::new(self.entries(true)?).deserialize_enum(name, variants, visitor),
        }
        .map_err(|error: Misfit| error.at(self.node))
    }

    fn deserialize_ignored_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { <V: Visitor<'t>> bytes byte_buf unit unit_struct }
}

struct Items<'t, 'c> {
    items: std::vec::IntoIter<NodeRef<'t>>,
    context: &'c Context,
}

impl<'t> SeqAccess<'t> for Items<'t, '_> {
    type Error = Misfit;

    fn next_element_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<Option<S::Value>, Misfit> {
        let context = self.context;
        let node = self.items.find(|node| !context.masked.borrow().contains(&node.id()));
        let Some(node) = node else { return Ok(None) };
        seed.deserialize(Reader { node, context }).map(Some).map_err(|error| error.at(node))
    }
}

struct Entries<'t, 'c> {
    entries: std::vec::IntoIter<(NodeRef<'t>, NodeRef<'t>)>,
    value: Option<NodeRef<'t>>,
    context: &'c Context,
}

impl<'t> MapAccess<'t> for Entries<'t, '_> {
    type Error = Misfit;

    fn next_key_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<Option<S::Value>, Misfit> {
        let Some((key, value)) = self.entries.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        seed.deserialize(Reader { node: key, context: self.context }).map(Some).map_err(|error| error.at(key))
    }

    fn next_value_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<S::Value, Misfit> {
        let node = self.value.take().ok_or_else(|| Misfit::new("expected a value"))?;
        seed.deserialize(Reader { node, context: self.context }).map_err(|error| error.at(node))
    }
}
