# What the scheduled scripts share; they load it with ". $PSScriptRoot\task.ps1".

Set-StrictMode -Version 2.0
# Programs report progress on stderr, which is no error: exit codes decide.
$ErrorActionPreference = 'Continue'

$EventSource = 'rassync'
# Numbers of the entries in the Application log, for monitoring.
$EventDone = 100
$EventDrift = 200
$EventFailed = 300

# Adds a line to the log, and starts a new one when it is large. Four old ones are kept.
function Write-Log([string] $Log, [string] $Text) {
    if ((Test-Path -LiteralPath $Log) -and (Get-Item -LiteralPath $Log).Length -gt 5000000) {
        for ($i = 3; $i -ge 1; $i--) {
            if (Test-Path -LiteralPath "$Log.$i") { Move-Item -LiteralPath "$Log.$i" -Destination "$Log.$($i + 1)" -Force }
        }
        Move-Item -LiteralPath $Log -Destination "$Log.1" -Force
    }
    "$(Get-Date -Format o) $Text" | Out-File -FilePath $Log -Append -Encoding utf8
}

# Writes an entry into the Application log. install.ps1 makes the source; where it is missing, only the
# log file has the entry.
function Write-TaskEvent([string] $Log, [string] $Type, [int] $Id, [string] $Text) {
    Write-Log $Log "$Type ${Id}: $Text"
    try {
        [Diagnostics.EventLog]::WriteEntry($EventSource, $Text, [Diagnostics.EventLogEntryType]$Type, $Id)
    } catch {
        Write-Log $Log "no entry in the event log: $_"
    }
}

# Ends the task if others than administrators, the system and the task's own account may change a folder:
# whoever can write there runs programs as this account, and reads the farm's password.
function Assert-Private([string] $Log, [string] $Path) {
    $own = [Security.Principal.WindowsIdentity]::GetCurrent().User.Value
    $trusted = @('S-1-5-18', 'S-1-5-32-544', $own) # SYSTEM, Administrators
    $writes = [Security.AccessControl.FileSystemRights]'Write, Delete, DeleteSubdirectoriesAndFiles, ChangePermissions, TakeOwnership'
    $acl = Get-Acl -LiteralPath $Path
    $owner = $acl.GetOwner([Security.Principal.SecurityIdentifier]).Value
    $others = @(if ($trusted -notcontains $owner) { $owner })
    foreach ($rule in $acl.GetAccessRules($true, $true, [Security.Principal.SecurityIdentifier])) {
        if ($rule.AccessControlType -eq 'Allow' -and ($rule.FileSystemRights -band $writes) -and $trusted -notcontains $rule.IdentityReference.Value) {
            $others += $rule.IdentityReference.Value
        }
    }
    if ($others) {
        Write-TaskEvent $Log 'Error' $EventFailed "$Path may be changed by $($others -join ', '): nothing was run. Run install.ps1, or set its rights by icacls."
        exit 7
    }
}

# Runs a program by its full path and logs what it prints.
function Invoke-Logged([string] $Log, [string] $Program, [string[]] $Arguments) {
    if (-not [IO.Path]::IsPathRooted($Program)) { throw "$Program is not a full path" }
    $global:LASTEXITCODE = 1 # if there is no such program
    & $Program @Arguments 2>&1 | ForEach-Object { Write-Log $Log "$_" }
    return $LASTEXITCODE
}

# Puts farm and account into the environment of the programs that follow.
function Set-Account([string] $Farm, [string] $Fingerprint, [string] $Credential) {
    $account = Import-Clixml -Path $Credential -ErrorAction Stop
    $env:RASSYNC_FARM = $Farm
    $env:RASSYNC_FINGERPRINT = $Fingerprint
    $env:RASSYNC_USERNAME = $account.UserName
    $env:RASSYNC_PASSWORD = $account.GetNetworkCredential().Password
}
