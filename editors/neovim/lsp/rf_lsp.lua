--- Shapes and receptive fields of PyTorch and Keras models, next to the code.
---
--- Neovim 0.11 or newer: put this file into `~/.config/nvim/lsp/` and call `vim.lsp.enable('rf_lsp')`.

--- Lenses are shown and kept up to date; Neovim 0.12 does so by itself once they are enabled.
local function show_lenses(buffer)
  if vim.fn.has('nvim-0.12') == 1 then
    vim.lsp.codelens.enable(true, { bufnr = buffer })
    return
  end
  local function refresh()
    vim.lsp.codelens.refresh({ bufnr = buffer })
  end
  local group = vim.api.nvim_create_augroup('rf_lsp_' .. buffer, {})
  local events = { 'BufEnter', 'InsertLeave', 'TextChanged' }
  vim.api.nvim_create_autocmd(events, { group = group, buffer = buffer, callback = refresh })
  refresh()
end

local function execute(client, command, arguments, buffer)
  local parameters = { command = command, arguments = arguments }
  if vim.fn.has('nvim-0.11') == 1 then
    client:request('workspace/executeCommand', parameters, nil, buffer)
  else
    client.request('workspace/executeCommand', parameters, nil, buffer)
  end
end

--- The lens "Change input…" asks for a shape; an empty one means: as the code says.
local function change_input(command, context)
  local client = assert(vim.lsp.get_client_by_id(context.client_id))
  local uri, model = unpack(command.arguments)
  vim.ui.input({ prompt = 'Input of ' .. model .. ' (e.g. 1x3x224x224): ' }, function(text)
    if text == nil then
      return
    end
    local shapes = vim.split(text, '[%s,]+', { trimempty = true })
    execute(client, command.command, { uri, model, #shapes > 0 and shapes or vim.NIL }, context.bufnr)
  end)
end

---@type vim.lsp.Config
return {
  cmd = { 'rf-lsp', 'server' },
  filetypes = { 'python' },
  root_markers = { 'rf-lsp.toml', 'pyproject.toml', 'setup.py', '.git' },
  settings = { ['rf-lsp'] = vim.empty_dict() },
  commands = { ['rf-lsp.changeInput'] = change_input },
  on_attach = function(client, buffer)
    vim.lsp.inlay_hint.enable(true, { bufnr = buffer })
    if client.server_capabilities.codeLensProvider then
      show_lenses(buffer)
    end
  end,
}
