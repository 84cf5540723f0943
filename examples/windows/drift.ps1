<#
.SYNOPSIS
  Drift alarm: tells when a RAS farm has drifted from what a folder declares, and when there is no fresh backup.

.DESCRIPTION
  install.ps1 registers this as a scheduled task. Entries in the Application log, source "rassync": 100 no drift,
  200 drift (exit code 2), 300 failed, or no backup for -MaxBackupAge (the other exit codes of rassync).
#>
param(
    [Parameter(Mandatory)] [string] $Farm,
    [Parameter(Mandatory)] [string] $Fingerprint,
    [string] $Folder = 'C:\RasFarm',
    [string] $Backup = 'C:\RasBackup',
    [timespan] $MaxBackupAge = '2.00:00:00',
    [string] $Credential = 'C:\ProgramData\rassync\farm.xml',
    [string] $Log = 'C:\ProgramData\rassync\drift.log',
    [string] $Rassync = 'C:\Program Files\rassync\rassync.exe'
)
. "$PSScriptRoot\task.ps1"

Assert-Private $Log (Split-Path -Parent $Credential)
Assert-Private $Log $Folder
$alarm = 0

# The backup of a task that no longer runs grows old without a word: this one speaks for it.
$code = Invoke-Logged $Log $Rassync @('status', $Backup, '--max-age', "$([int]$MaxBackupAge.TotalHours)h")
if ($code -ne 0) {
    Write-TaskEvent $Log 'Error' $EventFailed "There is no fresh backup of $Farm in $Backup. See $Log."
    $alarm = $code
}

Set-Account $Farm $Fingerprint $Credential
$code = Invoke-Logged $Log $Rassync @('drift', $Folder)
Remove-Item Env:RASSYNC_PASSWORD
switch ($code) {
    0 { Write-TaskEvent $Log 'Information' $EventDone "$Farm is as declared in $Folder." }
    2 { Write-TaskEvent $Log 'Warning' $EventDrift "$Farm has drifted from what $Folder declares. See $Log." }
    default { Write-TaskEvent $Log 'Error' $EventFailed "The drift check of $Farm failed with $code. See $Log." }
}
if ($code -ne 0) { exit $code }
exit $alarm
