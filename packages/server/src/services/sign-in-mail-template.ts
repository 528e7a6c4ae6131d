/**
 * The sign-in mail as it looks where an app has no texts of its own. The HTML stands without tables, remote images and
 * scripts; colours are given inline in pairs of text and ground, so that a client that drops the style sheet still
 * shows them legibly, and the style sheet only adds the dark pairs.
 */
export const DEFAULT_SUBJECT = 'Log in to {appName}';

export const DEFAULT_TEXT = `Log in to {appName}

Open this link to log in:

{link}

Or type this code on the page where you asked for it:

{code}

Each works once: the link for {linkLifetime}, the code for {codeLifetime}.

If you did not ask for this mail, ignore it. Nobody can log in without it.
Never give the code to anyone.
`;

export const DEFAULT_HTML = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>Log in to {appName}</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .ground { background: #0e1412 !important; color: #e7eeea !important; }
  .card { background: #161e1b !important; border-color: #2b3833 !important; color: #e7eeea !important; }
  .code { background: #192a24 !important; color: #e7eeea !important; }
  .button { background: #6fd3b3 !important; color: #06241b !important; }
  .muted, .muted a { color: #a3b3ab !important; }
}
</style>
</head>
<body class="ground" style="margin:0;padding:0;background:#eef2f0;color:#17231f">
<div class="ground" style="padding:24px 12px;background:#eef2f0;color:#17231f;font:16px/1.5 -apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
<div class="card" style="max-width:480px;margin:0 auto;padding:32px 28px;box-sizing:border-box;background:#ffffff;color:#17231f;border:1px solid #d3dcd8;border-radius:10px">
<h1 style="margin:0 0 20px;font-size:24px;line-height:1.25;font-weight:650">Log in to {appName}</h1>
<p style="margin:0 0 28px"><a class="button" href="{link}" style="display:inline-block;padding:13px 26px;background:#0b6b55;color:#ffffff;border-radius:8px;font-weight:600;text-decoration:none">Log In Now!</a></p>
<p style="margin:0 0 10px">Or type this code on the page where you asked for it:</p>
<p class="code" style="margin:0 0 28px;padding:14px 8px;background:#e6f1ed;color:#17231f;border-radius:8px;text-align:center;text-indent:0.3em;font:600 30px/1.2 ui-monospace,'SF Mono',Menlo,Consolas,monospace;letter-spacing:0.3em">{code}</p>
<p class="muted" style="margin:0 0 12px;color:#52625b;font-size:14px">Each works once: the link for {linkLifetime}, the code for {codeLifetime}.</p>
<p class="muted" style="margin:0 0 12px;color:#52625b;font-size:14px">If you did not ask for this mail, ignore it. Nobody can log in without it. Never give the code to anyone.</p>
<p class="muted" style="margin:0;color:#52625b;font-size:13px;word-break:break-all">If the button does not work, open this link:<br><a href="{link}" style="color:#52625b">{link}</a></p>
</div>
</div>
</body>
</html>
`;
