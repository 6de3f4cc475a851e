-- What a person sees and does in Neovim with the file editors/neovim/lsp/rf_lsp.lua. Run by run.sh.
local passed = 0

local function fail(text)
  io.stderr:write('FAILED ' .. text .. '\n')
  vim.cmd('cquit 1')
end

local function check(what, condition, seen)
  if not condition then
    fail(what .. (seen and '\n' .. vim.inspect(seen) or ''))
  end
  passed = passed + 1
end

local function wait(what, condition)
  if not vim.wait(20000, condition, 50) then
    fail('timeout: ' .. what)
  end
  passed = passed + 1
end

vim.cmd('filetype plugin on')
vim.o.swapfile = false
local client
if vim.lsp.enable then
  vim.lsp.enable('rf_lsp')
  vim.cmd.edit('net.py')
else -- Neovim 0.10, as the README says
  vim.cmd.edit('net.py')
  local config = dofile(vim.api.nvim_get_runtime_file('lsp/rf_lsp.lua', false)[1])
  config.name, config.root_dir = 'rf_lsp', vim.fs.root(0, config.root_markers)
  vim.lsp.start(config)
end
local buffer = vim.api.nvim_get_current_buf()
wait('the server', function()
  client = vim.lsp.get_clients({ bufnr = buffer, name = 'rf_lsp' })[1]
  return client and client.initialized
end)

local function lines()
  return vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
end

local function hints()
  local found = {}
  for _, hint in ipairs(vim.lsp.inlay_hint.get({ bufnr = buffer })) do
    local label = hint.inlay_hint.label
    local text = type(label) == 'string' and label or table.concat(vim.tbl_map(function(part) return part.value end, label))
    found[hint.inlay_hint.position.line + 1] = text
  end
  return found
end

local function errors()
  return vim.diagnostic.get(buffer, { severity = vim.diagnostic.severity.ERROR })
end

-- inlay hints, on without being asked for
wait('inlay hints', function() return hints()[10] == '32×48×48 · RF 7' end)
wait('hint where a layer is called', function() return hints()[20] == '128×12×12 · RF 25' end)

-- diagnostics
wait('diagnostics', function() return #errors() == 1 end)
local problem = errors()[1]
check('the error', problem.lnum == 19 and problem.code == 'RF201' and problem.source == 'rf-lsp', problem)

-- code lenses: what is shown as virtual text
local function lenses()
  local text = {}
  for _, namespace in pairs(vim.api.nvim_get_namespaces()) do
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buffer, namespace, 0, -1, { details = true })) do
      for _, line in ipairs({ mark[4].virt_text or {}, unpack(mark[4].virt_lines or {}) }) do
        for _, chunk in ipairs(line) do
          text[#text + 1] = chunk[1]
        end
      end
    end
  end
  return table.concat(text, ' ')
end
wait('code lenses', function() return lenses():find('Net · 3×96×96 → 10', 1, true) ~= nil end)

-- hover: the window a person sees
vim.api.nvim_win_set_cursor(0, { 13, 24 })
vim.lsp.buf.hover()
local window
wait('hover window', function()
  for _, candidate in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(candidate).relative ~= '' then
      window = candidate
      return true
    end
  end
end)
local hover = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), '\n')
check('hover', hover:find('conv3', 1, true) and hover:find('128×24×24', 1, true), hover)
check('no picture as text', not hover:find('data:image', 1, true), hover)
vim.api.nvim_win_close(window, true)

-- "Change input…": the person is asked, the hints follow
local asked
vim.ui.input = function(options, answer)
  asked = options.prompt
  answer('1x3x64x64')
end
local lens
wait('a lens to click', function()
  for _, result in pairs(vim.lsp.buf_request_sync(buffer, 'textDocument/codeLens', { textDocument = vim.lsp.util.make_text_document_params(buffer) }, 5000) or {}) do
    for _, item in ipairs(result.result or {}) do
      lens = item.command.command == 'rf-lsp.changeInput' and item.command or lens
    end
  end
  return lens
end)
local context = { client_id = client.id, bufnr = buffer, method = 'textDocument/codeLens' }
client.commands['rf-lsp.changeInput'](lens, context)
check('the question', asked and asked:find('Net()', 1, true), asked)
wait('hints of the new input', function() return hints()[10] == '32×32×32 · RF 7' end)
vim.ui.input = function(_, answer) answer('') end
client.commands['rf-lsp.changeInput'](lens, context)
wait('hints of the old input', function() return hints()[10] == '32×48×48 · RF 7' end)

-- an edit: the hints follow, broken code keeps them
vim.api.nvim_buf_set_text(buffer, 9, 34, 9, 36, { '48' })
wait('hints after an edit', function() return hints()[10] == '48×48×48 · RF 7' end)
vim.api.nvim_buf_set_text(buffer, 9, 34, 9, 36, { '32' })
wait('hints after the edit is undone', function() return hints()[10] == '32×48×48 · RF 7' end)

-- a quick fix
vim.api.nvim_win_set_cursor(0, { 20, 36 })
local seen = {}
vim.lsp.buf.code_action({
  apply = true,
  filter = function(action)
    seen[#seen + 1] = action.title
    return action.title:find('in_channels', 1, true) ~= nil
  end,
})
if not vim.wait(10000, function() return lines()[13]:find('Conv2d(64, 128', 1, true) ~= nil end, 50) then
  fail('the fix; offered: ' .. table.concat(seen, ' | '))
end
wait('no error', function() return #errors() == 0 end)

print(('ok Neovim %s: %d checks, positions %s'):format(vim.version(), passed, client.offset_encoding))
io.stderr:write('\n')
vim.cmd('quitall!')
