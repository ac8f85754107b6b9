/** What the computer says in English, in Simplified Chinese: sentences as they are, and those with names and numbers in them. */

/** What the host says with nothing filled in, by its English; what is not here is shown in English. */
export const hostSentences: Readonly<Record<string, string>> = {
  'This computer': '此电脑',
  'Your own relay': '你自己的中继',
  'Your tunnel': '你的隧道',
  'Same network': '同一网络',
  'Only browsers on this computer can open it; nothing listens on the network.':
    '只有此电脑上的浏览器可以打开；不监听网络。',
  'This computer only calls out to your relay, which passes on messages that it cannot read; whoever runs it could serve another page.':
    '此电脑只向外连接你的中继，中继转发它无法读取的消息；运行中继的人可能提供另一个页面。',
  'Your tunnel leads to this computer; messages are sealed, and whoever runs the address could serve another page.':
    '你的隧道指向此电脑；消息已加密，运行该地址的人可能提供另一个页面。',
  'Anyone in your network can load the page, without https: messages are sealed, but whoever controls the network could replace the page.':
    '网络中的任何人都能在没有 https 的情况下加载页面：消息已加密，但控制网络的人可能替换页面。',
  'The address leads to this computer itself, so a phone cannot open it.':
    '该地址指向此电脑自身，因此手机无法打开。',

  'There is no connection.': '没有连接。',
  'The connection has ended.': '连接已断开。',
  'A message was larger than allowed.': '消息超出了允许的大小。',
  'The computer does not take the file.': '电脑没有接收该文件。',
  'The page could not load what sends files.': '页面无法加载发送文件的部分。',

  'This terminal is not there any more.': '此终端已不存在。',
  'Terminals end when remote control stops; open a new one.': '远程控制停止时终端会结束；请打开新的终端。',
  'The program in this terminal does not read what is typed, so no more is taken.':
    '此终端中的程序没有读取输入，因此不再接收更多输入。',
  'What was typed before waits for it. Go on once it reads, or close the terminal to end it.':
    '之前输入的内容会等待它读取。请在它读取后继续，或关闭终端以结束它。',
  'Close one of them first.': '请先关闭其中一个。',
  'Check the command and its folder, then try again.': '请检查命令及其文件夹，然后重试。',
  'Remove it with git.': '请用 git 删除它。',
  'There are no terminals here.': '这里没有终端。',
  'All else works without.': '其他功能不受影响。',
  'Install the extension for this platform; everything else works without.':
    '请安装适用于此平台的扩展；其他功能不受影响。',
  'Tailscale, run by Offdesk': 'Tailscale（由 Offdesk 运行）',
  'Cloudflare quick tunnel, run by Offdesk': 'Cloudflare 快速隧道（由 Offdesk 运行）',
  'Devices in your tailnet open it at an https address that stays the same, while remote control is on; messages are sealed.':
    '远程控制开启期间，你的 tailnet 中的设备可通过固定的 https 地址打开；消息已加密。',
  'For trying out: anyone can load the page at an https address that changes at each start, and phones then have to pair again; messages are sealed, and Cloudflare could serve another page.':
    '供试用：任何人都能通过 https 地址加载页面，该地址每次启动都会变化，手机需要重新配对；消息已加密，Cloudflare 可能提供另一个页面。',
  'The quick tunnel has another address than before. Phones that came by the old one have to pair again, with a new QR code or link.':
    '快速隧道的地址已变化。使用旧地址的手机需要用新的二维码或链接重新配对。',
  'Tailscale is not installed on this computer.': '此电脑上未安装 Tailscale。',
  'Install it from tailscale.com/download, or choose another way for phones to get here.':
    '请从 tailscale.com/download 安装，或选择其他连接方式。',
  'cloudflared is not installed on this computer.': '此电脑上未安装 cloudflared。',
  "Install it as Cloudflare's documentation says, or choose another way for phones to get here.":
    '请按 Cloudflare 的文档安装，或选择其他连接方式。',
  'It is started again by itself.': '它会自动重新启动。',
  'It is started again by itself; look at what it printed, or choose another way.':
    '它会自动重新启动；请查看它的输出，或选择其他方式。',
  'Tailscale is installed, but its service does not run.': 'Tailscale 已安装，但其服务未运行。',
  'Start Tailscale, such as by sudo systemctl start tailscaled or by its app, then try again.':
    '请启动 Tailscale（例如 sudo systemctl start tailscaled 或使用其应用），然后重试。',
  'Tailscale is not logged in.': 'Tailscale 未登录。',
  'Tailscale is switched off.': 'Tailscale 已关闭。',
  'Run tailscale up in a terminal, or log in with the Tailscale app, then try again.':
    '请在终端运行 tailscale up，或用 Tailscale 应用登录，然后重试。',
  'This computer waits to be let into your tailnet.': '此电脑正在等待加入你的 tailnet。',
  'Have it approved in the admin console of your tailnet, under Machines, then try again.':
    '请在 tailnet 管理控制台的 Machines 中批准，然后重试。',
  'Tailscale is still starting.': 'Tailscale 仍在启动。',
  'Try again in a moment.': '请稍后重试。',
  'Your tailnet gives out no HTTPS certificates yet.': '你的 tailnet 尚未提供 HTTPS 证书。',
  'Turn on MagicDNS and HTTPS certificates in the admin console of your tailnet, under DNS, then try again.':
    '请在 tailnet 管理控制台的 DNS 中启用 MagicDNS 和 HTTPS 证书，然后重试。',
  'Tailscale does not let this user change what it serves.': 'Tailscale 不允许此用户更改它提供的内容。',
  'Run sudo tailscale set --operator=$USER once in a terminal, then try again.':
    '请在终端运行一次 sudo tailscale set --operator=$USER，然后重试。',
  'Turn it off with tailscale funnel reset, or choose another way.':
    '请用 tailscale funnel reset 关闭，或选择其他方式。',
  'This version of Tailscale is too old.': '此 Tailscale 版本太旧。',
  'Update it to 1.52 or newer, then try again.': '请更新到 1.52 或更高版本，然后重试。',
  'Cloudflare gives this network no more quick tunnels for now (429).':
    'Cloudflare 暂时不再为此网络提供快速隧道（429）。',
  'It is tried again later by itself; or choose another way.': '稍后会自动重试；或选择其他方式。',
  'cloudflared cannot reach Cloudflare.': 'cloudflared 无法连接 Cloudflare。',
  'Check the network and its proxy; it is tried again by itself.': '请检查网络及其代理；会自动重试。',
  'Cloudflare gave out no quick tunnel.': 'Cloudflare 没有提供快速隧道。',
  'It is tried again by itself; or choose another way.': '会自动重试；或选择其他方式。',
  'cloudflared has an address, but no connection to Cloudflare.':
    'cloudflared 已有地址，但未连接到 Cloudflare。',
  'A firewall may block port 7844 outwards (TCP and UDP); it goes on trying.':
    '防火墙可能阻止了向外的 7844 端口（TCP 和 UDP）；它会继续尝试。',

  'The computer could not keep the file.': '电脑无法保存该文件。',
  'Check that its disk has room, then try again.': '请检查电脑磁盘是否有空间，然后重试。',
  'A file of this prompt is not on the computer, or not all of it.':
    '此提示词的某个文件不在电脑上，或不完整。',
  'Attach it again.': '请重新附加。',
  'Another file has this id.': '另一个文件已使用此标识。',
  'Attach the file again.': '请重新附加该文件。',
  'The file is longer than it said.': '文件比声明的更长。',
  'Go on in a new session.': '请在新会话中继续。',
  'The attachments of all sessions take up all the room that they may have on the computer.':
    '所有会话的附件已占满它们在电脑上可用的空间。',
  'Lower offdesk.history.maxSizeMB or maxAgeDays there, so that old sessions go.':
    '请在电脑上调低 offdesk.history.maxSizeMB 或 maxAgeDays，以移除旧会话。',
  'Send a smaller one, or copy it to the computer in another way and name it with @.':
    '请发送较小的文件，或用其他方式复制到电脑并用 @ 引用。',
  'Attach it again and send the prompt again.': '请重新附加并重新发送提示词。',
  'A link in this prompt leads nowhere.': '此提示词中的一个链接无效。',
  'Send some of them with another prompt.': '请用另一条提示词发送其中一些。',
  'Check its command in Configure.': '请在“配置”中检查它的命令。',
  'Check that it is a folder that you may write to.': '请检查它是否为可写的文件夹。',
  'Check that you may write there, and try again.': '请检查是否有写入权限，然后重试。',
  'Choose one of its options.': '请从它的选项中选择一项。',
  'Confirm that you want that.': '请确认要这样做。',
  'Correct it and send the answer again.': '请更正后重新发送回答。',
  'Go back to the list of sessions.': '请返回会话列表。',
  'Pair it again.': '请重新配对。',
  'Put the text into a file and name it with @.': '请将文本放入文件，并用 @ 引用。',
  'Raise what it may do at the computer, under Manage Devices.': '请在电脑上的“管理设备”中提高它的权限。',
  'Reload the conversation.': '请重新加载对话。',
  'Reload the list.': '请重新加载列表。',
  'Reload the page.': '请重新加载页面。',
  'Remove some or wait.': '请移除一些或等待。',
  'Revoke one that is no longer used, then pair again.': '请撤销一台不再使用的设备，然后重新配对。',
  'Send a prompt to start it again.': '发送提示词即可重新启动。',
  'Send the prompt again.': '请重新发送提示词。',
  'Send the prompt again to start it.': '重新发送提示词即可启动。',
  'Shorten it and send it again.': '请缩短后重新发送。',
  'Start a new one at the computer.': '请在电脑上新建一个。',
  'Start it first.': '请先启动。',
  'Start it here again to take it back.': '在此处重新启动即可接管。',
  'Start it there to go on.': '请在电脑上启动后继续。',
  'Start remote control again.': '请重新启动远程控制。',
  'The prompt waits until it is back.': '提示词会等到恢复为止。',
  'Try its command in a terminal, then start again.': '请在终端中尝试它的命令，然后重新启动。',
  'Update Offdesk.': '请更新 Offdesk。',
  'Update Offdesk and try again.': '请更新 Offdesk 后重试。',
  'Update Offdesk on the computer.': '请更新电脑上的 Offdesk。',
  'Update the agent or Offdesk.': '请更新智能体或 Offdesk。',
  'Use Stop if it is running.': '如果它正在运行，请使用“停止”。',

  'Another program took over remote control of this computer.': '另一个程序接管了此电脑的远程控制。',
  'No free port was found on this computer.': '此电脑上没有找到空闲端口。',
  'No session is open.': '没有打开的会话。',
  'Remote control is off.': '远程控制已关闭。',
  'Remote control was interrupted.': '远程控制已中断。',
  'Remote control was stopped.': '远程控制已停止。',
  'Remote control was stopped on the computer.': '电脑上的远程控制已停止。',
  'That device is not in the list.': '该设备不在列表中。',
  'That device no longer waits.': '该设备已不再等待。',
  'The Offdesk on the computer is too old for this page.': '电脑上的 Offdesk 对此页面来说太旧。',
  'The agent was stopped.': '智能体已停止。',
  "The phone's page is too old for this computer.": '手机上的页面对此电脑来说太旧。',
  'The request was not understood.': '无法理解该请求。',
  'This answer is none that the agent offered.': '此回答不在智能体提供的选项之中。',
  'This answer is too long.': '此回答太长。',
  'This computer does not know this device.': '此电脑不认识此设备。',
  'This device may not send prompts or change the session.': '此设备不能发送提示词或更改会话。',
  'This device may only read.': '此设备只能查看。',
  'This prompt is larger than 1 MB.': '此提示词超过 1 MB。',
  'This prompt is not waiting any more.': '此提示词已不在排队。',
  'This question is not known here.': '这里不认识此提问。',
  'This session has ended.': '此会话已结束。',
  'This session is not here any more.': '此会话已不在这里。',
  'This session is over: it can be read, and takes nothing more.':
    '此会话已结束：可以阅读，不再接受任何内容。',
  'With this the agent acts without asking.': '这样智能体会不询问直接执行。',

  'This computer shares one session, and it is open.': '此电脑只共享一个会话，且它已打开。',
  'Go on in that one, or close it first. At the computer more can be allowed (offdesk.spawn).':
    '请在该会话中继续，或先关闭它。可在电脑上允许更多会话（offdesk.spawn）。',
  'Close one that you do not need, or allow more at the computer (offdesk.capacity).':
    '请关闭不需要的会话，或在电脑上允许更多（offdesk.capacity）。',
  '1 session is open, and this computer shares no more.': '已打开 1 个会话，此电脑不再共享更多会话。',
  'Whether one session alone is shared is decided at the computer.': '是否只共享一个会话由电脑决定。',
  'Change it there.': '请在电脑上更改。',
  'That place is not shared from this computer.': '此电脑没有共享该位置。',
  'Choose a file or folder of the shared ones, or share its folder in the settings (offdesk.folders).':
    '请选择已共享的文件或文件夹，或在设置（offdesk.folders）中共享其文件夹。',
  'Choose another folder, or bring it back.': '请选择其他文件夹，或恢复它。',
  'That agent is not offered here.': '这里不提供该智能体。',
  'Choose one of the list.': '请从列表中选择。',
  'The repository has no commit yet, so there is nothing to begin a worktree with.':
    '该仓库还没有提交，无法建立工作树。',
  'Commit something, or start the session in the folder itself.': '请先提交，或在该文件夹本身中启动会话。',
  'Start the session in the folder itself.': '请在该文件夹本身中启动会话。',
  'git is not installed on this computer.': '此电脑上未安装 git。',
  'Install it, or start the session in the folder itself.': '请安装它，或在该文件夹本身中启动会话。',
  'Look at the repository at the computer, or start the session in the folder itself.':
    '请在电脑上查看该仓库，或在该文件夹本身中启动会话。',
  'There are too many worktrees of that name.': '同名的工作树太多。',
  'Choose another name.': '请选择其他名称。',
  'Commit and merge or push it, or confirm that it is not needed.': '请提交并合并或推送，或确认不再需要。',
  'Stop it first, or confirm that its work is not needed.': '请先停止它，或确认不再需要它的工作。',
  'This session has no worktree any more.': '此会话已没有工作树。',
  'Another session works in this worktree.': '另一个会话正在此工作树中工作。',
  'Close it first.': '请先关闭它。',
  '1 commit that no other branch has': '1 个其他分支没有的提交',
  'Open it again, or start a new one.': '请重新打开它，或新建一个会话。',
  'Wait until it is closed there, continue in a copy, or continue here anyway.':
    '请等它在那边关闭、在副本中继续，或仍在这里继续。',
  'Wait until it is closed there, or continue here anyway.': '请等它在那边关闭，或仍在这里继续。',
  'Try again later, or start remote control again.': '请稍后再试，或重新启动远程控制。',
  'Remote control was interrupted and is back.': '远程控制曾中断，现已恢复。',
};

/** `{}` stands for a name, a number or what another program said; in their order here and there, or by `{1}`. */
export const hostTemplates: Readonly<Record<string, string>> = {
  '“{}” is larger than {} MB.': '“{}”大于 {} MB。',
  '“{}” is not on the computer any more.': '“{}”已不在电脑上。',
  'This session has {} files or {} MB already.': '此会话已有 {} 个文件或 {} MB。',
  'No more than {} files go with one prompt.': '一条提示词最多附带 {} 个文件。',
  '{} is not logged in.': '{} 未登录。',
  '{} is not installed on this computer.': '此电脑上未安装 {}。',
  '{} could not be started: {}.': '无法启动 {}：{}。',
  '{} does not speak the Agent Client Protocol on its output.': '{} 的输出不是 Agent Client Protocol。',
  '{} could not start a session: {}.': '{} 无法开始会话：{}。',
  '{} did not answer within {} seconds.': '{} 在 {} 秒内没有回应。',
  '{} could not be logged in: {}.': '{} 无法登录：{}。',
  '{} speaks version {} of ACP.': '{} 使用 ACP 版本 {}。',
  '{} did not list its sessions within {} seconds.': '{} 在 {} 秒内没有列出它的会话。',
  '{} did not copy the session within {} seconds.': '{} 在 {} 秒内没有复制会话。',
  '{} makes no copies of its sessions.': '{} 不复制它的会话。',
  'That session is open in another program: {} (process {}).': '该会话已在另一个程序中打开：{}（进程 {}）。',
  'That session may be open in another program: {} runs in its folder (process {}).':
    '该会话可能已在另一个程序中打开：{} 正在它的文件夹中运行（进程 {}）。',
  'That session was used less than {} minutes ago, perhaps in another program.':
    '该会话在不到 {} 分钟前使用过，可能是在另一个程序中。',
  '{} sessions are open, and this computer shares no more.': '已打开 {} 个会话，此电脑不再共享更多会话。',
  '{} is no folder any more.': '{} 已不是文件夹。',
  '{} is in no git repository, so there is no worktree to be had of it.':
    '{} 不在任何 git 仓库中，因此无法建立工作树。',
  'git could not do it: {}.': 'git 无法完成：{}。',
  'The worktree of {} has work that would be lost: {}.': '{} 的工作树中有会丢失的工作：{}。',
  '1 file not committed ({})': '1 个未提交的文件（{}）',
  '{} files not committed ({})': '{} 个未提交的文件（{}）',
  '{} commits that no other branch has': '{} 个其他分支没有的提交',
  'what git ignores ({})': 'git 忽略的内容（{}）',
  '{} still works in the worktree of {}.': '{} 仍在 {} 的工作树中工作。',
  '{} other sessions work in this worktree.': '另有 {} 个会话正在此工作树中工作。',
  '{} was stopped.': '{} 已停止。',
  '{} terminals run already.': '已有 {} 个终端在运行。',
  'Terminals are not part of this build of Offdesk for {} on {}.':
    '此版本的 Offdesk 不含适用于 {}（{}）的终端。',
  'The terminal could not be started: {}.': '无法启动终端：{}。',
  '{} Or choose another agent.': '{}或选择其他智能体。',
  "{} is no worktree of Offdesk's.": '{} 不是 Offdesk 的工作树。',
  '{} did not stop, and was ended.': '{} 没有停止，已被结束。',
  '{} did not stop in another session, and was ended.': '{} 在另一个会话中没有停止，已被结束。',
  '{} is not running.': '{} 没有运行。',
  '{} could not open that session.': '{} 无法打开该会话。',
  '{} is not known any more.': '已不认识 {}。',
  'Check the command {} in the settings.': '请在设置中检查命令 {}。',
  'Log in at the desk with {} itself, then try again.': '请在电脑上用 {} 自身登录，然后重试。',
  'That session works in {}.': '该会话在 {} 中工作。',
  'There is no session {} in {}.': '{1} 中没有会话 {0}。',
  'Remote control moved to {}.': '远程控制已移到 {}。',
  'Remote control already runs on this computer, in {}.': '此电脑上的远程控制已在 {} 中运行。',
  '{} was refused and learned nothing.': '已拒绝 {}，它什么也没有得到。',
  '{} starts afresh and does not remember what was said before.': '{} 重新开始，不记得之前说过的内容。',
  'If you went on with this session of {} outside Offdesk, that part is not shown here.':
    '如果你在 Offdesk 之外继续过 {} 的此会话，那部分不会显示在这里。',
  '{} still remembers it.': '{} 仍然记得。',
  '{} is in its mode {} now, not in the one that was chosen.': '{} 现在处于模式 {}，而不是所选的模式。',
  '{} Choose the mode again before you go on.': '{} 继续之前请重新选择模式。',
  '{} prompts are waiting already, and no more fit.': '已有 {} 条提示词在排队，放不下更多。',
  'Offdesk may not write to its folder ({}): what happens in the session is not saved.':
    'Offdesk 不能写入它的文件夹（{}）：会话中发生的事不会保存。',
  "The disk of this computer can't be written ({}): what happens in the session is not saved.":
    '此电脑的磁盘无法写入（{}）：会话中发生的事不会保存。',
  "The session's record can't be read ({}).": '无法读取会话记录（{}）。',
  'This computer already has {} devices.': '此电脑已有 {} 台设备。',
  "The relay's name {} is not known.": '找不到中继的名称 {}。',
  'Nothing listens at {}.': '{} 没有程序在监听。',
  'The relay {} showed no valid certificate ({}).': '中继 {} 没有出示有效的证书（{}）。',
  'The relay does not go by the name {}.': '该中继不使用名称 {}。',
  'What answers at {} is no relay that works (HTTP {}).': '{} 的应答不是可用的中继（HTTP {}）。',
  'The relay {} did not answer in time.': '中继 {} 没有及时回应。',
  'The relay {} did not accept this computer.': '中继 {} 没有接受此电脑。',
  'This device already has {} connections.': '此设备已有 {} 个连接。',
  '{} has ended ({}). It said: {}': '{} 已结束（{}）。它说：{}',
  '{} has ended ({}).': '{} 已结束（{}）。',
  '{} gave no address that leads here within {} seconds.': '{} 在 {} 秒内没有给出指向此处的地址。',
  'Tailscale already serves something else on port {} of this computer, which Offdesk leaves alone.':
    'Tailscale 已在此电脑的端口 {} 上提供其他内容，Offdesk 不会改动它。',
  'Look at it with tailscale serve status. To give the port to Offdesk, run tailscale serve --https={} off.':
    '请用 tailscale serve status 查看。要把该端口交给 Offdesk，请运行 tailscale serve --https={} off。',
  'Tailscale Funnel is on for port {}: it would show the page to the whole internet.':
    '端口 {} 已开启 Tailscale Funnel：页面会暴露给整个互联网。',
  'MCP servers that the agent did not get, since it {}: {}.': '智能体没有得到的 MCP 服务器（{}）：{}。',
  'MCP servers that are not passed on: {}.': '未传递的 MCP 服务器：{}。',
  'No MCP servers are taken from {}: {}.': '未采用 {} 中的 MCP 服务器：{}。',
};

/** The computer's own sentences are shorter; an agent's may be of any length, and looking into those takes its time. */
const mostChars = 1_000;
const patterns = Object.entries(hostTemplates).map(([english, chinese]) => {
  const parts = english.split('{}').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return { pattern: new RegExp(`^${parts.join('(.+?)')}$`, 's'), chinese };
});

/** A sentence of the computer's in Chinese; as it is where it is none that is known. What is filled in is translated, too, where it can be. */
export function hostSaid(sentence: string): string {
  // An agent's word may be called as something that every object has.
  if (Object.hasOwn(hostSentences, sentence)) return hostSentences[sentence]!;
  if (sentence.length > mostChars) return sentence;
  for (const { pattern, chinese } of patterns) {
    const filled = pattern.exec(sentence)?.slice(1);
    if (!filled) continue;
    let at = 0;
    return chinese.replaceAll(/\{(\d?)\}/g, (_, place: string) =>
      filledSaid(filled[place === '' ? at++ : Number(place)] ?? ''),
    );
  }
  return sentence;
}

/** Of several things each by itself, where all of them are known. */
function filledSaid(text: string): string {
  const parts = text.split('; ');
  const said = parts.map(hostSaid);
  const known = parts.length > 1 && said.every((part, at) => part !== parts[at]);
  return known ? said.join('；') : hostSaid(text);
}
