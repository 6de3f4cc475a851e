//! Starts `rf-lsp server` from PATH for Python files; its settings are those under `lsp.rf-lsp.settings`.

use zed::settings::LspSettings;
use zed_extension_api::{self as zed, serde_json, LanguageServerId, Result, Worktree};

const SECTION: &str = "rf-lsp";

struct RfLsp;

impl zed::Extension for RfLsp {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, _: &LanguageServerId, worktree: &Worktree) -> Result<zed::Command> {
        let chosen = LspSettings::for_worktree(SECTION, worktree)
            .ok()
            .and_then(|settings| settings.binary)
            .and_then(|binary| binary.path);
        let command = chosen
            .or_else(|| worktree.which("rf-lsp"))
            .ok_or("rf-lsp is not on PATH: install it with `uv tool install rf-lsp` or `pipx install rf-lsp`")?;
        Ok(zed::Command { command, args: vec!["server".into()], env: worktree.shell_env() })
    }

    fn language_server_workspace_configuration(
        &mut self,
        _: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<serde_json::Value>> {
        let own = LspSettings::for_worktree(SECTION, worktree).ok().and_then(|settings| settings.settings);
        Ok(Some(serde_json::json!({ SECTION: own.unwrap_or_default() })))
    }
}

zed::register_extension!(RfLsp);
