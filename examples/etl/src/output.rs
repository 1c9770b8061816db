//! Where the tables go.

use std::path::{Path, PathBuf};

use tempfile::{Builder, TempDir};

use crate::error::EtlError;

/// The database file, and the folder that was made for it if nobody named a file.
pub(crate) struct Output {
    file: PathBuf,
    folder: Option<TempDir>,
}

impl Output {
    /// This file; or one in a new folder that only its owner can enter, so that nobody else can put a file or a link of that name
    /// there before.
    pub(crate) fn new(file: Option<PathBuf>) -> Result<Self, EtlError> {
        match file {
            Some(file) => Ok(Self { file, folder: None }),
            None => {
                let folder = private_folder().map_err(EtlError::Folder)?;
                Ok(Self { file: folder.path().join("etl.db"), folder: Some(folder) })
            }
        }
    }

    /// The file.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// Leaves the file where it is. Without this call, a folder that was made for it is removed.
    pub(crate) fn keep(self) {
        self.folder.map(TempDir::keep);
    }
}

fn private_folder() -> std::io::Result<TempDir> {
    let mut builder = Builder::new();
    builder.prefix("rungs-etl-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}
