<#
.SYNOPSIS
  Nightly backup of a RAS farm: exports it into a git repository and commits what has changed.

.DESCRIPTION
  Once, as the account under which the task will run (the file can be read by that account on
  that machine only):

    Get-Credential | Export-Clixml C:\ProgramData\rassync\farm.xml
    git init C:\RasBackup

  Then, in an elevated PowerShell, register the task; it asks for the account's password:

    $run = '-NoProfile -File C:\ProgramData\rassync\backup.ps1 -Farm https://ras.example.com:20443 -Fingerprint <SHA-256 of its certificate>'
    $action = New-ScheduledTaskAction -Execute powershell.exe -Argument $run
    $trigger = New-ScheduledTaskTrigger -Daily -At 02:17
    $settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -MultipleInstances IgnoreNew -ExecutionTimeLimit (New-TimeSpan -Hours 1)
    $account = Get-Credential
    Register-ScheduledTask -TaskName 'RAS backup' -Action $action -Trigger $trigger -Settings $settings -User $account.UserName -Password $account.GetNetworkCredential().Password

  An administrator with viewing rights on the farm is enough. The task ends with the exit code of
  rassync, so that monitoring can see a failure: 4 means that the account was refused or may not
  see everything.

  To restore, in a shell with the same RASSYNC_ variables and with the secrets that the documents
  name:

    rassync apply C:\RasBackup --dry-run
    rassync apply C:\RasBackup
#>
param(
    [Parameter(Mandatory)] [string] $Farm,
    [Parameter(Mandatory)] [string] $Fingerprint,
    [string] $Folder = 'C:\RasBackup',
    [string] $Credential = 'C:\ProgramData\rassync\farm.xml',
    [string] $Log = 'C:\ProgramData\rassync\backup.log',
    [string] $Rassync = 'rassync.exe'
)

# Programs report progress on stderr, which is no error: exit codes decide.
$ErrorActionPreference = 'Continue'

function Invoke-Logged([string] $Program, [string[]] $Arguments) {
    $global:LASTEXITCODE = 1 # if there is no such program
    & $Program @Arguments 2>&1 | ForEach-Object { "$_" } | Out-File -FilePath $Log -Append -Encoding utf8
    return $LASTEXITCODE
}

"=== $(Get-Date -Format o)" | Out-File -FilePath $Log -Append -Encoding utf8

$account = Import-Clixml -Path $Credential -ErrorAction Stop
$env:RASSYNC_FARM = $Farm
$env:RASSYNC_FINGERPRINT = $Fingerprint
$env:RASSYNC_USERNAME = $account.UserName
$env:RASSYNC_PASSWORD = $account.GetNetworkCredential().Password

# What is gone from the farm goes from the folder too; git keeps its history.
$code = Invoke-Logged $Rassync @('export', '-o', $Folder, '--details', 'all', '--prune')
Remove-Item Env:RASSYNC_PASSWORD

if ($code -ne 0) { exit $code }

$code = Invoke-Logged git @('-C', $Folder, 'add', '--all')
if ($code -ne 0) { exit 1 }
$code = Invoke-Logged git @('-C', $Folder, 'diff', '--cached', '--quiet')
if ($code -eq 0) { exit 0 } # nothing has changed
if ($code -ne 1) { exit 1 }
$code = Invoke-Logged git @('-C', $Folder, '-c', 'user.name=rassync', '-c', 'user.email=rassync@example.com', 'commit', '--quiet', '-m', 'The farm as it is')
if ($code -ne 0) { exit 1 }
exit 0
