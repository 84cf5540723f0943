#Requires -RunAsAdministrator
<#
.SYNOPSIS
  Installs rassync without questions, from the unpacked archive of a release.

.DESCRIPTION
  Copies rassync.exe and these scripts to Program Files, puts them on the PATH of the machine, makes folders that
  only administrators and the task's account may change, makes the source of the event log, and, with -Farm, registers
  the two scheduled tasks. Run it again to upgrade.

    Expand-Archive rassync_1.2.3_windows_amd64.zip C:\Temp\rassync
    C:\Temp\rassync\examples\windows\install.ps1 -Sums C:\Temp\rassync_1.2.3_SHA256SUMS

  With tasks, as the account CONTOSO\svc-rassync (a managed service account ends with $ and needs no password):

    install.ps1 -Farm https://ras.example.com:20443 -Fingerprint AB:CD:... -TaskAccount (Get-Credential CONTOSO\svc-rassync)

  Then, once, in a PowerShell of that account ("runas /user:CONTOSO\svc-rassync powershell"):

    Get-Credential | Export-Clixml C:\ProgramData\rassync\farm.xml

  Only that account can read this file, on that machine only. It asks for the account on the farm.
#>
param(
    [string] $Sums,
    [string] $Destination = "$env:ProgramFiles\rassync",
    [string] $Farm,
    [string] $Fingerprint,
    [pscredential] $TaskAccount,
    [string] $Backup = 'C:\RasBackup',
    [string] $Folder = 'C:\RasFarm',
    [string] $Git = 'C:\Program Files\Git\cmd\git.exe'
)
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$archive = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
$program = Join-Path $archive 'rassync.exe'
if (-not (Test-Path -LiteralPath $program)) { throw "$program is missing: run install.ps1 from the unpacked archive" }
if ($Sums) {
    & $program version --check $Sums
    if ($LASTEXITCODE -ne 0) { throw "rassync.exe is not the one of $Sums" }
}

New-Item -ItemType Directory -Force -Path $Destination | Out-Null
Copy-Item -LiteralPath $program -Destination $Destination -Force
Copy-Item -Path (Join-Path $PSScriptRoot '*') -Destination $Destination -Force
Copy-Item -LiteralPath (Join-Path $archive 'LICENSE') -Destination $Destination -Force
Copy-Item -LiteralPath (Join-Path $archive 'docs\third-party-notices.md') -Destination $Destination -Force
Copy-Item -LiteralPath (Join-Path $archive 'completions\rassync.ps1') -Destination (Join-Path $Destination 'completion.ps1') -Force

$path = [Environment]::GetEnvironmentVariable('Path', 'Machine')
if (($path -split ';') -notcontains $Destination) {
    [Environment]::SetEnvironmentVariable('Path', "$path;$Destination", 'Machine')
}
if (-not [Diagnostics.EventLog]::SourceExists('rassync')) {
    [Diagnostics.EventLog]::CreateEventSource('rassync', 'Application')
}

# A folder under C:\ inherits that every user may change it: whoever can, runs programs as the task's account.
function New-PrivateFolder([string] $Path, [string] $Account) {
    if ((Test-Path -LiteralPath $Path) -and (Get-Item -LiteralPath $Path -Force).Attributes -band [IO.FileAttributes]::ReparsePoint) {
        throw "$Path is a link: remove it"
    }
    New-Item -ItemType Directory -Force -Path $Path | Out-Null
    $rights = @('/inheritance:r', '/grant:r', '*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F')
    if ($Account) { $rights += "${Account}:(OI)(CI)M" }
    foreach ($arguments in @(@($Path, '/setowner', '*S-1-5-32-544', '/T', '/C', '/Q'), @($Path, '/reset', '/T', '/C', '/Q'), (@($Path) + $rights + '/Q'))) {
        & "$env:SystemRoot\System32\icacls.exe" @arguments | Out-Null
        if ($LASTEXITCODE -ne 0) { throw "icacls $($arguments -join ' ') ended with $LASTEXITCODE" }
    }
}

$account = if ($TaskAccount) { $TaskAccount.UserName } else { $null }
New-PrivateFolder "$env:ProgramData\rassync" $account
if ($Farm) {
    if (-not $Fingerprint -or -not $TaskAccount) { throw '-Farm needs -Fingerprint and -TaskAccount' }
    foreach ($f in $Backup, $Folder) { New-PrivateFolder $f $account }
    if (-not (Test-Path -LiteralPath (Join-Path $Backup '.git'))) {
        & $Git init --quiet $Backup
        if ($LASTEXITCODE -ne 0) { throw "git init ended with $LASTEXITCODE" }
        # The repository belongs to the administrators, and the task's account works in it.
        & $Git config --system --add safe.directory ($Backup -replace '\\', '/')
    }
    $settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -MultipleInstances IgnoreNew -ExecutionTimeLimit (New-TimeSpan -Hours 12)
    foreach ($task in @{ Name = 'RAS backup'; Script = 'backup.ps1'; At = '02:17'; More = "-Folder `"$Backup`"" }, @{ Name = 'RAS drift'; Script = 'drift.ps1'; At = '06:17'; More = "-Folder `"$Folder`" -Backup `"$Backup`"" }) {
        $run = "-NoProfile -ExecutionPolicy RemoteSigned -File `"$Destination\$($task.Script)`" -Farm $Farm -Fingerprint $Fingerprint $($task.More)"
        $register = @{
            TaskName = $task.Name
            Action   = New-ScheduledTaskAction -Execute "$env:SystemRoot\System32\WindowsPowerShell\v1.0\powershell.exe" -Argument $run
            Trigger  = New-ScheduledTaskTrigger -Daily -At $task.At
            Settings = $settings
            Force    = $true
        }
        if ($account.EndsWith('$')) {
            $register.Principal = New-ScheduledTaskPrincipal -UserId $account -LogonType Password
        } else {
            $register.User = $account
            $register.Password = $TaskAccount.GetNetworkCredential().Password
        }
        Register-ScheduledTask @register | Out-Null
    }
}
Write-Output "rassync $(& (Join-Path $Destination 'rassync.exe') version) is in $Destination"
