//! One example per section and release.

mod forms;
mod state;
mod traffic;

use super::ShowTech;

fn title(name: &str) -> String {
    format!(" ━━━━━━━━━━ {name} ━━━━━━━━━━\n")
}

fn read(sections: &[(&str, &str)]) -> (String, ShowTech) {
    let mut text = "time: 2026-03-11 15:02:40\n".to_owned();
    for (name, body) in sections {
        text.push_str(&title(name));
        text.push_str(body);
        text.push('\n');
    }
    let show = ShowTech::parse(&text).unwrap();
    (text, show)
}
