//! Show-tech files.
