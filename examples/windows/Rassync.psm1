# Thin functions around rassync.exe: they call it, and return objects from its JSON. Everything that
# rassync checks and refuses, it checks and refuses here too. For Windows PowerShell 5.1 and PowerShell 7.
#
#   Import-Module .\Rassync.psd1
#   Connect-RasFarm -Farm https://ras.example.com:20443 -Fingerprint AB:CD:... -Credential (Get-Credential)
#   Get-RasPlan -Path C:\farm | Select-Object -ExpandProperty changes | Format-Table action, address
#   Invoke-RasApply -Path C:\farm -WhatIf

Set-StrictMode -Version 2.0

$script:Connection = @{}
$script:Program = 'rassync.exe'

# What an exit code of rassync means; see README.
$script:Meaning = @{
    1 = 'error'
    3 = 'invalid input'
    4 = 'authentication or rights'
    5 = 'partly applied'
    6 = 'the plan is stale'
    7 = 'refused by a safety limit, a lock or a missing confirmation'
    130 = 'interrupted'
}

# Runs rassync and returns what it printed. An exit code that is not expected ends the caller with an
# error whose FullyQualifiedErrorId is "RassyncExit" and the code, such as RassyncExit6.
function Invoke-RassyncProgram {
    param([string[]] $Arguments, [int[]] $Expected = @(0), [switch] $Json)

    $file = $null
    if ($Json) {
        # A file, because Windows PowerShell reads what programs print in the code page of the console.
        $file = [IO.Path]::GetTempFileName()
        $Arguments += @('--format', 'json', '--output', $file)
    }
    $before = @{}
    foreach ($name in $script:Connection.Keys) {
        $before[$name] = [Environment]::GetEnvironmentVariable($name)
        [Environment]::SetEnvironmentVariable($name, $script:Connection[$name])
    }
    $encoding = [Console]::OutputEncoding
    $preference = $ErrorActionPreference
    $ErrorActionPreference = 'Continue' # programs report progress on stderr, which is no error
    try {
        try { [Console]::OutputEncoding = New-Object Text.UTF8Encoding $false } catch { Write-Debug 'There is no console.' }
        $output = @()
        $said = @()
        & $script:Program @Arguments 2>&1 | ForEach-Object {
            if ($_ -is [Management.Automation.ErrorRecord]) {
                $said += "$_"
                Write-Verbose "$_"
            } else {
                $output += "$_"
            }
        }
        $code = $LASTEXITCODE
        if ($Json) {
            $text = [IO.File]::ReadAllText($file)
            if ($text) { $output = $text | ConvertFrom-Json } else { $output = $null }
        }
    } finally {
        $ErrorActionPreference = $preference
        try { [Console]::OutputEncoding = $encoding } catch { Write-Debug 'There is no console.' }
        foreach ($name in $before.Keys) { [Environment]::SetEnvironmentVariable($name, $before[$name]) }
        if ($file) { Remove-Item -LiteralPath $file -Force -ErrorAction SilentlyContinue }
    }
    if ($Expected -notcontains $code) {
        $meaning = $script:Meaning[[int]$code]
        $message = "rassync $($Arguments[0]) ended with $code ($meaning): $($said -join [Environment]::NewLine)"
        $exception = New-Object InvalidOperationException $message
        $exception.Data['ExitCode'] = $code
        $exception.Data['Document'] = $output
        throw (New-Object Management.Automation.ErrorRecord $exception, "RassyncExit$code", 'InvalidResult', $null)
    }
    return @{ Code = $code; Output = $output }
}

function Get-SelectionArgument([string[]] $Only, [string[]] $Except) {
    foreach ($s in $Only) { '--only'; $s }
    foreach ($s in $Except) { '--except'; $s }
}

function Connect-RasFarm {
    <#
    .SYNOPSIS
      Says which farm, and as whom, for the other functions of this session. Nothing is sent yet.
    .PARAMETER Program
      Path of rassync.exe; by default the one on the PATH.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Farm,
        [Parameter(Mandatory)] [string] $Fingerprint,
        [Parameter(Mandatory)] [pscredential] $Credential,
        [string] $Program
    )
    $script:Connection = @{
        RASSYNC_FARM = $Farm
        RASSYNC_FINGERPRINT = $Fingerprint
        RASSYNC_USERNAME = $Credential.UserName
        RASSYNC_PASSWORD = $Credential.GetNetworkCredential().Password
    }
    if ($Program) { $script:Program = $Program }
}

function Disconnect-RasFarm {
    <#
    .SYNOPSIS
      Forgets the farm and the password.
    #>
    [CmdletBinding()]
    param()
    $script:Connection = @{}
}

function Export-RasFarm {
    <#
    .SYNOPSIS
      Writes the live farm to a folder as YAML.
    .OUTPUTS
      An object with Path and Summary.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)] [string] $Path = '.',
        [string[]] $Only = @(),
        [string[]] $Except = @(),
        [string[]] $Details = @(),
        [switch] $Prune
    )
    $arguments = @('export', '-o', $Path) + @(Get-SelectionArgument $Only $Except)
    foreach ($d in $Details) { $arguments += @('--details', $d) }
    if ($Prune) { $arguments += '--prune' }
    $result = Invoke-RassyncProgram -Arguments $arguments
    New-Object PSObject -Property @{ Path = (Resolve-Path -LiteralPath $Path).Path; Summary = ($result.Output -join "`n") }
}

function Get-RasPlan {
    <#
    .SYNOPSIS
      Shows what apply would do: an object with summary, changes and warnings.
    .PARAMETER Since
      A commit: only what was changed since then is planned.
    .PARAMETER SavePlan
      File to save the plan to, for Invoke-RasApply -Plan.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)] [string] $Path = '.',
        [string[]] $Only = @(),
        [string[]] $Except = @(),
        [string] $Since,
        [string] $SavePlan,
        [switch] $Prune
    )
    $arguments = @('plan', $Path) + @(Get-SelectionArgument $Only $Except)
    if ($Since) { $arguments += @('--since', $Since) }
    if ($SavePlan) { $arguments += @('--out', $SavePlan) }
    if ($Prune) { $arguments += '--prune' }
    (Invoke-RassyncProgram -Arguments $arguments -Json).Output
}

function Invoke-RasApply {
    <#
    .SYNOPSIS
      Applies a folder, or a saved plan, to the farm. Asks first; -WhatIf writes nothing, -Confirm:$false asks nothing.
    .OUTPUTS
      The result of the run: run, state, done, notConverged, plan.
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High', DefaultParameterSetName = 'Folder')]
    param(
        [Parameter(Position = 0)] [string] $Path = '.',
        [Parameter(ParameterSetName = 'Plan', Mandatory)] [string] $Plan,
        [Parameter(ParameterSetName = 'Folder')] [string[]] $Only = @(),
        [Parameter(ParameterSetName = 'Folder')] [string[]] $Except = @(),
        [Parameter(ParameterSetName = 'Folder')] [switch] $Prune,
        [switch] $StageOnly
    )
    if ($Plan) {
        $arguments = @('apply', $Plan, '--dir', $Path)
        $what = $Plan
    } else {
        $arguments = @('apply', $Path) + @(Get-SelectionArgument $Only $Except)
        if ($Prune) { $arguments += '--prune' }
        $what = $Path
    }
    if ($StageOnly) { $arguments += '--stage-only' }
    if ($WhatIfPreference) {
        return (Invoke-RassyncProgram -Arguments ($arguments + '--dry-run') -Json).Output
    }
    if ($PSCmdlet.ShouldProcess("the farm $($script:Connection['RASSYNC_FARM'])", "apply $what")) {
        (Invoke-RassyncProgram -Arguments ($arguments + '--yes') -Json).Output
    }
}

function Get-RasDrift {
    <#
    .SYNOPSIS
      Shows where the farm has drifted from what a folder declares: an object with inSync, undeclared and plan.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)] [string] $Path = '.',
        [string[]] $Only = @(),
        [string[]] $Except = @()
    )
    $arguments = @('drift', $Path) + @(Get-SelectionArgument $Only $Except)
    (Invoke-RassyncProgram -Arguments $arguments -Expected @(0, 2) -Json).Output
}

