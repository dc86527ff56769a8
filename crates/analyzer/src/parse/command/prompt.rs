//! Pasted sessions of the dataplane's command line client.

use super::piece::{Piece, Spanned};
use crate::source::Span;

/// One command of a session with what it printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptCommand {
    /// The command as typed.
    pub command: Spanned<String>,
    /// What followed, up to the next prompt.
    pub body: Span,
}

/// The command behind a prompt: `dataplane(✔)# show flow-table` (gateway reference 6.2).
pub(crate) fn command_of(line: &str) -> Option<&str> {
    let rest = line.trim().strip_prefix("dataplane(")?;
    let mut chars = rest.chars();
    chars.next()?;
    chars.as_str().strip_prefix(")#").map(str::trim)
}

/// Splits a paste at its prompts. Empty without any prompt.
#[must_use]
pub fn prompt_commands(text: &str) -> Vec<PromptCommand> {
    let mut commands: Vec<PromptCommand> = Vec::new();
    for line in Piece::new(text, 0).lines() {
        let Some(command) = command_of(line.text) else {
            continue;
        };
        if let Some(last) = commands.last_mut() {
            last.body = Span::new(last.body.start as usize, line.start);
        }
        let name = line.sub(line.text.len().saturating_sub(command.len()), line.text.len());
        let next = text.get(line.end()..).and_then(|rest| rest.find('\n'));
        let start = next.map_or(text.len(), |at| line.end().saturating_add(at).saturating_add(1));
        commands.push(PromptCommand { command: name.string(), body: Span::new(start, text.len()) });
    }
    commands.retain(|command| !command.command.value.is_empty());
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_a_paste() {
        let text = "noise\ndataplane(✔)# show tech\r\ntime: x\ndataplane(✔)# show flow-table\nfrom\n\ndataplane(✘)# \n";
        let commands = prompt_commands(text);
        assert_eq!(commands.len(), 2);
        assert_eq!(commands[0].command.value, "show tech");
        assert_eq!(commands[0].command.span.slice(text), "show tech");
        assert_eq!(commands[0].body.slice(text), "time: x\n");
        assert_eq!(commands[1].body.slice(text), "from\n\n");
        assert!(prompt_commands("dataplane is fine\ngateway-1# show bgp").is_empty());
    }
}
