"""Words that look like a name where they stand, and are none."""

from __future__ import annotations

# After an @: products, annotations, doc tags, at-rules, editor mentions.
_NOBODY_WORDS = """
claude claudeai claude-code claude_code claudecode anthropic anthropicai anthropics codex openai
openaidevs openai-codex openaisupport chatgpt chatgptapp cursoragent geminiapp gemini-code-assist
googledeepmind deepseek_ai mistralai x copilot github-copilot github github-actions your my the this
it you dependabot cursor cursor_ai gemini gemini-cli google googleai grok xai perplexity
perplexity_ai coderabbitai sentry vercel sonnet opus haiku workspace codebase file files filename
filepath folder folders terminal problems docs web git browser selection here everyone channel all
me mention mentions mentioned user username name handle someone anyone latest next beta alpha canary
stable nightly main master dev param params return returns throws type types typedef property prop
props example examples deprecated see since author version todo link internal private public
protected readonly override overload test beforeeach aftereach before after autowired component
injectable input output inject bean entity controller service repository getter setter data nullable
nonnull notnull suppresswarnings functionalinterface dataclass staticmethod classmethod
abstractmethod cached_property lru_cache cache wraps contextmanager pytest fixture app router route
click tool tools task tasks agent agents mcp media import include keyframes font-face supports layer
apply tailwind charset use forward mixin extend if else for each echo rem makefile dockerfile readme
license procfile justfile ts-ignore ts-expect-error ts-nocheck ts-check vue angular svelte babel
jest context id graph value submit change keyup state published objc mainactor observable model
query mutation subscription parameter set rules end class interface method function module namespace
ignore disable enable skip only slow retry timeout description summary note warning remarks template
default async await export off on low medium high xhigh max
"""
# Account names that are ordinary words: replaced in a path, but nowhere else.
_ORDINARY_WORDS = """
user users username name names yourname youruser myname admin administrator root home runner
ubuntu debian fedora node vscode docker linux windows macos ec2-user codespace developer
developers coder coding work worker workspace project projects code repo test tests tester
testing demo example public shared default guest host local server service system agent agents
claude anthropic codex openai chatgpt gemini cursor copilot gitlab github jenkins build deploy
data main master desktop documents downloads library config session context client team office
company personal owner account phone card address mail e-mail this that with from have when
where what will been some your mine time file files path folder page pages model models error
token tokens staff wheel null none
"""

# Folders beside the home directories that belong to nobody.
_SHARED_HOMES = "shared public default linuxbrew"

NOBODY = frozenset(_NOBODY_WORDS.split())
ORDINARY = frozenset(_ORDINARY_WORDS.split())
SHARED_HOMES = frozenset(_SHARED_HOMES.split())
