<#
.SYNOPSIS
  Nightly backup of a RAS farm: exports it into a git repository and commits what has changed.

.DESCRIPTION
  install.ps1 sets everything up and registers this as a scheduled task. The task ends with the exit code of
  rassync, so that monitoring can see a failure: 4 means that the account was refused or may not see
  everything. Entries in the Application log, source "rassync": 100 done, 300 failed.

  An administrator with viewing rights on the farm is enough.

  To restore, in a shell with the same RASSYNC_ variables and with the secrets that the documents name:

    rassync apply C:\RasBackup --dry-run
    rassync apply C:\RasBackup
#>
param(
    [Parameter(Mandatory)] [string] $Farm,
    [Parameter(Mandatory)] [string] $Fingerprint,
    [string] $Folder = 'C:\RasBackup',
    [string] $Credential = 'C:\ProgramData\rassync\farm.xml',
    [string] $Log = 'C:\ProgramData\rassync\backup.log',
    [string] $Rassync = 'C:\Program Files\rassync\rassync.exe',
    [string] $Git = 'C:\Program Files\Git\cmd\git.exe'
)
. "$PSScriptRoot\task.ps1"

function Stop-Task([int] $Code, [string] $Step) {
    Write-TaskEvent $Log 'Error' $EventFailed "The backup of $Farm failed: $Step ended with $Code. See $Log."
    exit $Code
}

Assert-Private $Log (Split-Path -Parent $Credential)
Assert-Private $Log $Folder
Set-Account $Farm $Fingerprint $Credential

# What is gone from the farm goes from the folder too; git keeps its history.
$code = Invoke-Logged $Log $Rassync @('export', '-o', $Folder, '--details', 'all', '--prune')
Remove-Item Env:RASSYNC_PASSWORD
if ($code -ne 0) { Stop-Task $code 'the export' }

$code = Invoke-Logged $Log $Git @('-C', $Folder, 'add', '--all')
if ($code -ne 0) { Stop-Task 1 'git add' }
$code = Invoke-Logged $Log $Git @('-C', $Folder, 'diff', '--cached', '--quiet')
if ($code -gt 1) { Stop-Task 1 'git diff' }
if ($code -eq 1) {
    $code = Invoke-Logged $Log $Git @('-C', $Folder, '-c', 'user.name=rassync', '-c', 'user.email=rassync@example.com', 'commit', '--quiet', '-m', "The farm on $(Get-Date -Format yyyy-MM-dd)")
    if ($code -ne 0) { Stop-Task 1 'git commit' }
}
Write-TaskEvent $Log 'Information' $EventDone "The backup of $Farm is done."
exit 0
